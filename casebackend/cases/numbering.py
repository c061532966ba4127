from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases.model import CaseCounter
from casebackend.cases.words import NUMBERING, TS, NumberPattern


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
