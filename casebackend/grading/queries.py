from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.approvals.rules import APPROVED
from casebackend.conversations.danger import hear
from casebackend.conversations.danger_rules import all_rules as all_dangers
from casebackend.customers.spelling import simplified
from casebackend.editions import kept
from casebackend.grading import rules
from casebackend.grading.model import CaseHint, GradingRule
from casebackend.grading.rules import Flag, Grade, Rule, Subject

EDITION = "grading"
FLAG = "flag"
# To which unit a case should go: proposed at its dispatch, and nothing of the words of the customer.
UNIT = "handling_unit_id"


async def _load(session: AsyncSession) -> tuple[Rule, ...]:
    order = (GradingRule.code, GradingRule.number)
    found = await session.scalars(select(GradingRule).where(GradingRule.state == APPROVED).order_by(*order))
    return tuple(map(rule_of, found))


def rule_of(row: GradingRule) -> Rule:
    return Rule(
        row.code, row.purpose, row.result, row.rank, row.reason, row.when, row.effective_from, row.active, row.number
    )


async def all_rules(session: AsyncSession) -> tuple[Rule, ...]:
    return await kept(session, EDITION, _load)


async def _read(session: AsyncSession, subject: Subject, day: date) -> Subject:
    """The words of the rules are simplified ones."""
    heard = hear(await all_dangers(session), subject.text, day)
    return replace(subject, text=simplified(subject.text), dangers=heard.kinds)


async def graded(session: AsyncSession, subject: Subject, day: date) -> tuple[Grade, Grade | None]:
    """Severity and lane by the rules in force on `day`."""
    held, subject = await all_rules(session), await _read(session, subject, day)
    return rules.severity(held, subject, day), rules.lane(held, subject, day)


async def flagged(session: AsyncSession, subject: Subject, day: date) -> list[Flag]:
    return rules.flags(await all_rules(session), await _read(session, subject, day), day)


async def hints(session: AsyncSession, case_id: UUID, *, flags: bool) -> Sequence[CaseHint]:
    """The flags of a case, or its suggested classes, the surest of each axis first."""
    mine = CaseHint.field == FLAG if flags else CaseHint.field.not_in((FLAG, UNIT))
    query = select(CaseHint).where(CaseHint.case_id == case_id, mine).order_by(CaseHint.field, CaseHint.rank)
    return (await session.scalars(query)).all()


async def units_taken(session: AsyncSession, since: datetime, until: datetime) -> dict[str, int]:
    """How the proposals for a dispatch fared: `made`, and of these the first or the second taken."""
    firsts = case((CaseHint.rank == 1, 1), else_=0)
    taken = [
        func.sum(case((and_(CaseHint.rank == rank, CaseHint.accepted_at.is_not(None)), 1), else_=0)) for rank in (1, 2)
    ]
    query = select(func.sum(firsts), *taken).where(
        CaseHint.field == UNIT, CaseHint.made_at >= since, CaseHint.made_at < until
    )
    row = (await session.execute(query)).one()
    return {name: int(count or 0) for name, count in zip(("made", "first", "second"), row, strict=True)}
