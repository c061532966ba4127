"""What a new installation starts with: organisation, calendar, limits, dictionaries, knowledge, and demo logins."""

import importlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession


async def seed(session: AsyncSession, *, now: datetime, passwords: Mapping[str, str]) -> None:
    """Idempotent. `passwords` by login; hashed at once, never stored."""
    for noun in ("organisations", "calendar", "clocks", "workflow", "dictionaries", "curation"):
        try:
            module = importlib.import_module(f"casebackend.{noun}.service")
        except ModuleNotFoundError:
            continue
        if hasattr(module, "seed"):
            await module.seed(session, now=now)
    try:
        staff = importlib.import_module("casebackend.staff.service")
    except ModuleNotFoundError:
        return
    await staff.seed_demo(session, passwords, now=now)
