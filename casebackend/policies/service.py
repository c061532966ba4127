"""Security parameters: dated, changed by a new row, logged, and in force with the next login."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.api.policies import AddParameter
from casebackend.audit import service as audit
from casebackend.errors import NotFound, Unprocessable
from casebackend.policies.model import SecurityParameter
from casebackend.policies.rules import CODES, TOTP_ROLES, Policy, is_valid, policy

SEED = Path(__file__).with_name("parameters.yml")
BEGINNING = date(2026, 1, 1)
EDITION = "security"
SHANGHAI = ZoneInfo("Asia/Shanghai")


class ParameterUnknown(NotFound):
    slug = "security-parameter-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个安全参数；请从列表中选择")


class ParameterWrong(Unprocessable):
    slug, title = "security-parameter-wrong", "安全参数不正确"

    def __init__(self) -> None:
        super().__init__("参数值不在允许的范围内，或生效日早于今天")


@cache
def initial() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    return rows


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Adds what is not there yet; what an administrator changed stays."""
    known = set(await session.scalars(select(SecurityParameter.code)))
    for row in initial():
        if row["code"] not in known:
            session.add(
                SecurityParameter(**row, effective_from=BEGINNING, evidence="D", added_at=now, added_by="system:seed")
            )
    await session.flush()
    await editions.changed(session, EDITION)


async def ask_no_second_factor(session: AsyncSession, *, now: datetime) -> None:
    """For the demo, whose passwords are made anew at each start: nobody is made to enrol a telephone."""
    held = await session.scalar(
        select(SecurityParameter.id).where(
            SecurityParameter.code == TOTP_ROLES, SecurityParameter.effective_from > BEGINNING
        )
    )
    if held is None:
        [usual] = [row for row in initial() if row["code"] == TOTP_ROLES]
        session.add(
            SecurityParameter(
                **usual | {"value": "", "source": "演示环境不要求动态口令"},
                effective_from=date(2026, 1, 2),
                evidence="D",
                added_at=now,
                added_by="system:demo",
            )
        )
        await session.flush()
        await editions.changed(session, EDITION)


async def all_rows(session: AsyncSession) -> Sequence[SecurityParameter]:
    """Newest first within each code."""
    newest = (SecurityParameter.effective_from.desc(), SecurityParameter.added_at.desc())
    return (await session.scalars(select(SecurityParameter).order_by(SecurityParameter.code, *newest))).all()


async def add(
    session: AsyncSession, command: AddParameter, *, roles: Collection[str], by: str, now: datetime
) -> SecurityParameter:
    """`roles`: those there are. The one before stays to be read."""
    before = [row for row in await all_rows(session) if row.code == command.code]
    if command.code not in CODES or not before:
        raise ParameterUnknown
    early = command.effective_from < now.astimezone(SHANGHAI).date()
    if early or not is_valid(command.code, command.value, roles=roles):
        raise ParameterWrong
    made = SecurityParameter(**command.model_dump(), label=before[0].label, evidence="D", added_at=now, added_by=by)
    session.add(made)
    await session.flush()
    await editions.changed(session, EDITION)
    detail = {"value": made.value, "effective_from": made.effective_from.isoformat()}
    await audit.record(
        session, chain="settings", event="security.changed", actor=by, object=made.code, now=now, detail=detail
    )
    return made


async def _rows(session: AsyncSession) -> tuple[tuple[str, date, str], ...]:
    order = (SecurityParameter.effective_from, SecurityParameter.added_at)
    columns = (SecurityParameter.code, SecurityParameter.effective_from, SecurityParameter.value)
    return tuple((code, day, value) for code, day, value in await session.execute(select(*columns).order_by(*order)))


async def values_in_force(session: AsyncSession, now: datetime) -> dict[str, str]:
    """Of each the latest that has begun; before the first, what we deliver."""
    today = now.astimezone(SHANGHAI).date()
    found = {row["code"]: str(row["value"]) for row in initial()}
    for code, day, value in await editions.kept(session, EDITION, _rows):
        if day <= today:
            found[code] = value
    return found


async def in_force(session: AsyncSession, now: datetime) -> Policy:
    return policy(await values_in_force(session, now))
