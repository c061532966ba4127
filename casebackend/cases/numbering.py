from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case, CaseCounter
from casebackend.cases.words import NUMBERING, TS, NumberPattern
from casebackend.errors import Conflict


class RegulatorNumberKnown(Conflict):
    slug, title = "regulator-number-known", "监管编号已登记"

    def __init__(self, number: str) -> None:
        super().__init__(f"该监管编号已登记为投诉 {number}，不重复登记", number=number)


async def next_number(session: AsyncSession, now: datetime) -> str:
    """One statement: whoever comes second waits for the row. A rolled-back filing leaves at most a gap."""
    day = local_date(now)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(CaseCounter)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=["day"], set_={"last": CaseCounter.last + 1})
        .returning(CaseCounter.last)
    )
    count = (await session.execute(statement, execution_options={"populate_existing": True})).scalar_one()
    pattern: NumberPattern = session.info.get(NUMBERING, TS)
    return pattern.of(day, count)


async def require_free(session: AsyncSession, number: str | None) -> None:
    """Before a case that is there gets a number of the regulator, or another one."""
    if number is not None and (known := await _known(session, number)) is not None:
        raise RegulatorNumberKnown(known)


@asynccontextmanager
async def numbered_once(session: AsyncSession, case: Case) -> AsyncIterator[None]:
    """Around the writing of a new case. One number of the regulator is one case: what is there already is refused, and
    so is what somebody else has written in the meantime."""
    number = case.regulator_number
    if number is None:
        yield
        return
    if (known := await _known(session, number)) is not None:
        raise RegulatorNumberKnown(known)
    try:
        async with session.begin_nested():
            yield
    except IntegrityError:
        known = await _known(session, number)
        if known is None:
            raise
        raise RegulatorNumberKnown(known) from None


async def _known(session: AsyncSession, regulator_number: str) -> str | None:
    found: str | None = await session.scalar(select(Case.number).where(Case.regulator_number == regulator_number))
    return found
