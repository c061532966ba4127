from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.editions import kept
from casebackend.grading import rules
from casebackend.grading.model import CaseHint, GradingRule
from casebackend.grading.rules import Flag, Grade, Rule, Subject

EDITION = "grading"
FLAG = "flag"


async def _load(session: AsyncSession) -> tuple[Rule, ...]:
    found = await session.scalars(select(GradingRule).where(GradingRule.active))
    return tuple(
        Rule(row.code, row.purpose, row.result, row.rank, row.reason, row.when, row.effective_from) for row in found
    )


async def all_rules(session: AsyncSession) -> tuple[Rule, ...]:
    return await kept(session, EDITION, _load)


async def graded(session: AsyncSession, subject: Subject, day: date) -> tuple[Grade, Grade | None]:
    """Severity and lane by the rules in force on `day`."""
    held = await all_rules(session)
    return rules.severity(held, subject, day), rules.lane(held, subject, day)


async def flagged(session: AsyncSession, subject: Subject, day: date) -> list[Flag]:
    return rules.flags(await all_rules(session), subject, day)


async def hints(session: AsyncSession, case_id: UUID, *, flags: bool) -> Sequence[CaseHint]:
    """The flags of a case, or its suggested classes, the surest of each axis first."""
    mine = CaseHint.field == FLAG if flags else CaseHint.field != FLAG
    query = select(CaseHint).where(CaseHint.case_id == case_id, mine).order_by(CaseHint.field, CaseHint.rank)
    return (await session.scalars(query)).all()
