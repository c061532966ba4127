"""The rules of dangers.yml as dated rows, kept in the process like other reference data."""

from collections.abc import Sequence
from datetime import datetime

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.approvals.rules import APPROVED
from casebackend.calendar.rules import local_date
from casebackend.conversations.danger import DELIVERED, Heard, Rule, hear, in_force
from casebackend.conversations.model import DangerRule

EDITION = "dangers"


BANKS_OWN = ("phrases", "at_words", "at_turns", "within_hours", "effective_until")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Adds the rules that are not there yet. What the bank has changed stays: the expressions of a release join it,
    from the day of its newest version on."""
    held: dict[str, list[DangerRule]] = {}
    for version in await session.scalars(select(DangerRule).order_by(DangerRule.number, DangerRule.effective_from)):
        held.setdefault(version.code, []).append(version)
    for given in yaml.safe_load(DELIVERED.read_text(encoding="utf-8")):
        row = DangerRule(**{"phrases": []} | given)
        before = held.setdefault(row.code, [])
        if any(_is_delivered(each, row) for each in before):
            continue
        approved = [each for each in before if each.state == APPROVED]
        row.number = approved[-1].number + 1 if approved else 0
        if approved and approved[-1].proposed_at is not None:
            row.effective_from = max(row.effective_from, approved[-1].effective_from)
            for name in BANKS_OWN:
                setattr(row, name, getattr(approved[-1], name))
        session.add(row)
        before.append(row)
    await session.flush()
    await editions.changed(session, EDITION)


def _is_delivered(held: DangerRule, row: DangerRule) -> bool:
    """Before, by its day, or by its words where a version of the bank put it off."""
    if held.proposed_at is not None:
        return False
    return held.effective_from == row.effective_from or (
        held.effective_from > row.effective_from and (held.use, held.patterns) == (row.use, row.patterns)
    )


async def _load(session: AsyncSession) -> tuple[Rule, ...]:
    order = (DangerRule.code, DangerRule.number)
    found = await session.scalars(select(DangerRule).where(DangerRule.state == APPROVED).order_by(*order))
    return tuple(map(rule_of, found))


def rule_of(row: DangerRule) -> Rule:
    return Rule(
        code=row.code, kind=row.kind, use=row.use, says=row.says, patterns=tuple(row.patterns),
        phrases=tuple(row.phrases), text=row.text, severity=row.severity, handoff=row.handoff, at_words=row.at_words,
        at_turns=row.at_turns, within_hours=row.within_hours, effective_from=row.effective_from,
        effective_until=row.effective_until, number=row.number,
    )  # fmt: skip


async def all_rules(session: AsyncSession) -> Sequence[Rule]:
    return await editions.kept(session, EDITION, _load)


async def rules_today(session: AsyncSession, *, now: datetime) -> list[Rule]:
    return in_force(await all_rules(session), local_date(now))


async def heard_in(session: AsyncSession, text: str, *, now: datetime) -> Heard:
    return hear(await all_rules(session), text, local_date(now))
