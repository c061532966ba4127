"""The demo's people. A bank has none of them: its own come with the import of its staff."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations.model import Organisation
from casebackend.policies import service as policies
from casebackend.staff.model import User
from casebackend.staff.passwords import Passwords
from casebackend.staff.service import add_user, end_all_sessions

PEOPLE, SECONDS = Path(__file__).with_name("seed.yml"), Path(__file__).with_name("seconds.yml")


def people(*, seconds: bool = False) -> list[dict[str, Any]]:
    """`seconds`: also the second administrators, without whom the steps that need two of them cannot be played."""
    files = [PEOPLE, SECONDS] if seconds else [PEOPLE]
    return [person for file in files for person in yaml.safe_load(file.read_text(encoding="utf-8"))]


def logins(*, seconds: bool = False) -> list[str]:
    return [person["login"] for person in people(seconds=seconds)]


async def seed_demo(session: AsyncSession, passwords: Mapping[str, str], *, now: datetime) -> None:
    """Creates the demo logins; run again with other passwords it changes them and ends their open sessions."""
    hasher = Passwords()
    if passwords:
        await policies.ask_no_second_factor(session, now=now)
    for person in people(seconds=True):
        login = person["login"]
        if login not in passwords:
            continue
        known = await _user(session, login)
        if known is not None:
            known.password_hash = hasher.hash(passwords[login])
            known.must_change, known.password_changed_at = False, None
            known.email = known.email or f"{login}@bank.example"
            known.mobile = known.mobile or person["mobile"]
            await end_all_sessions(session, known.id, now=now)
            continue
        user = await add_user(
            session,
            login=login,
            display_name=person["display_name"],
            staff_no=person["staff_no"],
            roles=person["roles"],
            password_hash=hasher.hash(passwords[login]),
            organisation_id=await _unit(session, person["unit"]),
        )
        user.email, user.mobile = f"{login}@bank.example", person["mobile"]
    await session.flush()
    for person in people(seconds=True):
        user_of, superior = await _user(session, person["login"]), await _user(session, person.get("superior"))
        if user_of is not None and superior is not None:
            user_of.superior_id = superior.id


async def _user(session: AsyncSession, login: str | None) -> User | None:
    found: User | None = await session.scalar(select(User).where(User.login == login)) if login else None
    return found


async def _unit(session: AsyncSession, name: str | None) -> UUID | None:
    return await session.scalar(select(Organisation.id).where(Organisation.name == name)) if name else None
