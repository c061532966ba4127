"""What a colleague was asked to do and is done: the notice says so and waits no longer, whoever did it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import announce
from casebackend.notices.model import Notice, StaffMessage
from casebackend.notices.rules import State, not_before
from casebackend.notices.thresholds import in_force


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that nobody has settled. What it is about stands at the head of `cause`: `task:<id>`."""

    id: UUID
    cause: str
    user_id: UUID | None

    @property
    def what(self) -> str:
        return self.cause.partition(":")[0]

    @property
    def about(self) -> str:
        return self.cause.partition(":")[2].partition(":")[0].partition("#")[0]


async def waiting(session: AsyncSession, case_id: UUID) -> list[Waiting]:
    columns = select(Notice.id, Notice.cause, Notice.user_id)
    rows = await session.execute(columns.where(Notice.case_id == case_id, Notice.done_at.is_(None)))
    return [Waiting(*row) for row in rows]


async def settle(session: AsyncSession, notices: Collection[UUID], *, now: datetime) -> None:
    """Mail and SMS about it that still wait for the end of the quiet hours do not leave."""
    if not notices:
        return
    unsent = StaffMessage.notice_id.in_(notices), StaffMessage.state == State.PENDING
    for change in (
        update(Notice)
        .where(Notice.id.in_(notices), Notice.done_at.is_(None))
        .values(done_at=now, version=Notice.version + 1),
        update(StaffMessage).where(*unsent).values(state=State.CANCELLED),
    ):
        await session.execute(change.execution_options(synchronize_session=False))
    announce(session, "console")


async def settle_cause(session: AsyncSession, cause: str, *, now: datetime, case_id: UUID | None = None) -> None:
    """Of what the history of a case does not say, or what is about no case: to everybody who was told of it."""
    told = select(Notice.id).where(Notice.cause.startswith(cause, autoescape=True), Notice.done_at.is_(None))
    if case_id is not None:
        told = told.where(Notice.case_id == case_id)
    await settle(session, (await session.scalars(told)).all(), now=now)


async def wait_again(
    session: AsyncSession,
    case_id: UUID,
    causes: Collection[str],
    *,
    since: datetime,
    now: datetime,
    users: Collection[UUID] | None = None,
) -> None:
    """What ended them is taken back: those with these heads that were done then or later, of everybody or of these.
    Mail and SMS that did not leave because of it leave now, or after the quiet hours."""
    heads = or_(*(Notice.cause.startswith(each, autoescape=True) for each in causes))
    mine = Notice.case_id == case_id, Notice.done_at >= since, heads
    whose = Notice.user_id.in_(users) if users is not None else true()
    again = (await session.scalars(select(Notice.id).where(*mine, whose))).all()
    if not again:
        return
    later = not_before(now, (await in_force(session, now)).quiet)
    unsent = StaffMessage.notice_id.in_(again), StaffMessage.state == State.CANCELLED
    for change in (
        update(Notice).where(Notice.id.in_(again)).values(done_at=None, version=Notice.version + 1),
        update(StaffMessage).where(*unsent, StaffMessage.not_before < later).values(not_before=later),
        update(StaffMessage).where(*unsent).values(state=State.PENDING),
    ):
        await session.execute(change.execution_options(synchronize_session=False))
    announce(session, "console")
