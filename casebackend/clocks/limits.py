"""Limits and reminders as reference data: dated rows that are added to, never changed."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.clocks import queries
from casebackend.clocks.model import Limit, ReminderRule
from casebackend.clocks.rules import Term
from casebackend.editions import changed
from casebackend.errors import Conflict

HERE = Path(__file__).parent
SEED, REMINDERS = HERE / "limits.yml", HERE / "reminders.yml"
CALENDAR_ALARM, CALENDAR_AGAIN = "calendar.alarm", "calendar.again"
FROM_THE_BEGINNING = date(2020, 1, 1)


class LimitMissing(Conflict):
    slug, title = "limit-missing", "没有配置时限"

    def __init__(self, code: str) -> None:
        super().__init__(f"没有时限 {code}，请先配置")


class LimitKnown(Conflict):
    slug, title = "limit-known", "该时限已有同日生效的数据"

    def __init__(self) -> None:
        super().__init__("同一时限、同一等级、同一生效日只能有一条，请换一个生效日")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = {row[:] for row in await session.execute(select(Limit.code, Limit.severity, Limit.effective_from))}
    for row in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        if (row["code"], row.get("severity", ""), row["effective_from"]) not in known:
            session.add(Limit(**row | {"amount": Decimal(str(row["amount"]))}))
    planned = set(await session.scalars(select(ReminderRule.clock_group)))
    for seq, row in enumerate(yaml.safe_load(REMINDERS.read_text(encoding="utf-8")), 1):
        if row["group"] not in planned:
            session.add(_reminder_rule(seq, row))
    await session.flush()
    await changed(session, queries.LIMITS)
    await changed(session, queries.REMINDERS)


def _reminder_rule(seq: int, row: dict[str, Any]) -> ReminderRule:
    return ReminderRule(
        clock_group=row["group"],
        seq=seq,
        kind=row["kind"],
        anchor=row["anchor"],
        amount=Decimal(str(row["amount"])),
        recipient=row["to"],
        effective_from=FROM_THE_BEGINNING,
        source="本系统设计",
        evidence="D",
    )


async def add_limit(session: AsyncSession, limit: Limit) -> Limit:
    """A new rule is a new dated row; what runs stays on the row of its own day."""
    same = select(Limit.id).where(
        Limit.code == limit.code,
        Limit.severity == (limit.severity or ""),
        Limit.effective_from == limit.effective_from,
    )
    if await session.scalar(same) is not None:
        raise LimitKnown
    session.add(limit)
    await session.flush()
    await changed(session, queries.LIMITS)
    return limit


async def calendar_alarm_days(session: AsyncSession, today: date) -> tuple[int, int]:
    """With fewer days of calendar than this somebody has to hear of it, and again after so many days."""
    soon, again = await term_of(session, CALENDAR_ALARM, today), await term_of(session, CALENDAR_AGAIN, today)
    return int(soon.amount), int(again.amount)


async def term_for(session: AsyncSession, code: str, profile: str, day: date) -> Term:
    limit = await queries.limit_for(session, code, profile, day)
    if limit is None:
        raise LimitMissing(code)
    return limit.term


async def term_of(session: AsyncSession, code: str, day: date, *, severity: str = "") -> Term:
    limit = await queries.limit_on(session, code, day, severity=severity)
    if limit is None:
        raise LimitMissing(code)
    return limit.term
