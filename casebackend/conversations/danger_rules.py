"""The rules of dangers.yml as dated rows, kept in the process like other reference data."""

from collections.abc import Sequence
from datetime import datetime

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.approvals import service as approvals
from casebackend.approvals.rules import APPROVED
from casebackend.calendar.rules import local_date
from casebackend.conversations.danger import DELIVERED, Heard, Rule, hear, in_force
from casebackend.conversations.model import DangerRule

EDITION = "dangers"


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Adds the rules that are not there yet; what the bank has changed stays."""
    rows = await session.execute(select(DangerRule.code, DangerRule.effective_from))
    known = {(code, day) for code, day in rows}
    numbers = await approvals.numbers(session, DangerRule)
    for row in yaml.safe_load(DELIVERED.read_text(encoding="utf-8")):
        if (row["code"], row["effective_from"]) not in known:
            numbers[row["code"]] = numbers.get(row["code"], -1) + 1
            session.add(DangerRule(**{"phrases": []} | row, number=numbers[row["code"]]))
    await session.flush()
    await editions.changed(session, EDITION)


async def _load(session: AsyncSession) -> tuple[Rule, ...]:
    """In the order in which they came to hold: of two for the same day the one approved later holds."""
    order = (DangerRule.number, DangerRule.proposed_at.is_not(None), DangerRule.proposed_at, DangerRule.code)
    found = await session.scalars(select(DangerRule).where(DangerRule.state == APPROVED).order_by(*order))
    return tuple(map(rule_of, found))


def rule_of(row: DangerRule) -> Rule:
    return Rule(
        code=row.code, kind=row.kind, use=row.use, says=row.says, patterns=tuple(row.patterns),
        phrases=tuple(row.phrases), text=row.text, severity=row.severity, handoff=row.handoff, at_words=row.at_words,
        at_turns=row.at_turns, within_hours=row.within_hours, effective_from=row.effective_from,
        effective_until=row.effective_until,
    )  # fmt: skip


async def all_rules(session: AsyncSession) -> Sequence[Rule]:
    return await editions.kept(session, EDITION, _load)


async def rules_today(session: AsyncSession, *, now: datetime) -> list[Rule]:
    return in_force(await all_rules(session), local_date(now))


async def heard_in(session: AsyncSession, text: str, *, now: datetime) -> Heard:
    return hear(await all_rules(session), text, local_date(now))
