"""Clocks that run to a day that somebody has set: the regulator, whoever passed a matter on, or a colleague."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.clocks import rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import Term, Unit

REGULATOR_TERM = Term("监管要求时限", Decimal(0), Unit.CALENDAR_DAYS)
REGULATOR_WORDS = "监管要求办结"
REFERRAL_TERM = Term("转办单位要求时限", Decimal(0), Unit.CALENDAR_DAYS)
REFERRAL_WORDS = "转办单要求"
DESIGNATED_TERM = Term("指定答复期限", Decimal(0), Unit.CALENDAR_DAYS)
DESIGNATED_WORDS = "指定答复日期"


async def regulator(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    assert case.regulator_due_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.regulator_due_on, REGULATOR_WORDS)
    return await service.made(
        session, case.id, rules.REGULATOR, at=now, seq=seq, profile=case.profile, term=REGULATOR_TERM, due=due
    )


async def referral(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    """The day that stands on the paper by which another office passed the matter on."""
    assert case.referral_due_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.referral_due_on, REFERRAL_WORDS, rules.REFERRAL)
    return await service.made(
        session, case.id, rules.REFERRAL, at=now, seq=seq, profile=case.profile, term=REFERRAL_TERM, due=due
    )


async def designated(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    """The day by which an answer was set for this one case (domain.md 4.1, row 23)."""
    assert case.designated_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.designated_on, DESIGNATED_WORDS)
    return await service.made(
        session, case.id, rules.DESIGNATED, at=now, seq=seq, profile=case.profile, term=DESIGNATED_TERM, due=due
    )
