"""What was ever said with a word of a code list: such a word is retired, never deleted."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case, CaseChange
from casebackend.dictionaries.rules import CODED
from casebackend.staff.duty import BUSY_REASON
from casebackend.staff.model import DutyEvent

COLUMNS = {dictionary: field for field, dictionary in CODED.items()} | {"severity": "severity"}


async def used(session: AsyncSession, dictionary: str, name: str) -> int:
    """Cases that stand so now, changes from or to it, and states with it as their reason."""
    found = 0
    if field := COLUMNS.get(dictionary):
        found += await session.scalar(select(func.count()).where(getattr(Case, field) == name)) or 0
        told = (CaseChange.field == field, (CaseChange.before == name) | (CaseChange.after == name))
        found += await session.scalar(select(func.count()).where(*told)) or 0
    if dictionary == BUSY_REASON:
        found += await session.scalar(select(func.count()).where(DutyEvent.reason == name)) or 0
    return found
