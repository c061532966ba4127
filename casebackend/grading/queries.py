from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.editions import kept
from casebackend.grading import rules
from casebackend.grading.model import GradingRule
from casebackend.grading.rules import Grade, Rule, Subject

EDITION = "grading"


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
