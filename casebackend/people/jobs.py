"""Units and people come from another system by file; somebody has to hear when they stop coming."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.people.files import KIND_NAMES, FileKind
from casebackend.people.model import ImportRun
from casebackend.staff import queries as staff
from casebackend.staff.rules import Role

SILENT = "import.silent_hours"
# A file that nobody applied in so long is looked at again anyway; it names people and their telephones.
LOOKED_AT = timedelta(days=7)


async def silent(session: AsyncSession, now: datetime) -> list[FileKind]:
    """Of which no file was taken over for longer than the parameter says (0: never asked), once a day."""
    allowed = (await in_force(session, now)).hours(SILENT)
    if not allowed:
        return []
    found = []
    for kind in FileKind:
        last = await session.scalar(select(func.max(ImportRun.applied_at)).where(ImportRun.kind == kind))
        late = last is None or now - last > allowed
        told = select(Notice.id).where(Notice.cause.startswith(_cause(kind, now), autoescape=True)).limit(1)
        if late and await session.scalar(told) is None:
            found.append(kind)
    return found


async def remind(session: AsyncSession, kind: FileKind, *, now: datetime) -> None:
    if kind in await silent(session, now):
        hours = int((await in_force(session, now)).hours(SILENT).total_seconds() // 3600)
        values = {"what": KIND_NAMES[kind], "hours": hours}
        word = Word(_cause(kind, now), "import.silent", "staff_import_silent", values, "/organisations/imports")
        await notify(session, word, to=await staff.with_role(session, Role.SYSTEM_ADMIN), now=now)


async def forget(session: AsyncSession, *, now: datetime) -> None:
    """The report of what was looked at stays, its file goes."""
    old = (ImportRun.applied_at.is_(None), ImportRun.content.is_not(None), ImportRun.checked_at < now - LOOKED_AT)
    await session.execute(update(ImportRun).where(*old).values(content=None))


def _cause(kind: FileKind, now: datetime) -> str:
    return f"import.silent:{kind}:{local_date(now)}"
