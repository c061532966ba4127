"""Who must hear nothing of a case. Notices know no cases: whoever does says it, through the session."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.notices.model import Notice, StaffMessage
from casebackend.notices.rules import State
from casebackend.staff.model import User

HEARING = "hearing"

type Hearing = Callable[[AsyncSession, UUID, Sequence[User]], Awaitable[list[User]]]


async def may_hear(session: AsyncSession, case_id: UUID | None, users: Sequence[User]) -> list[User]:
    """Without those who have to stay away from the case (see `connection`)."""
    if case_id is None or not users:
        return list(users)
    ask: Hearing = session.info[HEARING]
    return await ask(session, case_id, users)


async def withdraw_unsent(session: AsyncSession, case_id: UUID) -> None:
    """Mail and SMS about the case that wait for the end of the quiet hours: those to whoever has to stay away by now
    do not leave."""
    waiting = select(StaffMessage).join(Notice, Notice.id == StaffMessage.notice_id)
    waiting = waiting.where(Notice.case_id == case_id, StaffMessage.state == State.PENDING)
    rows = (await session.scalars(waiting.with_for_update(of=StaffMessage))).all()
    people = await session.scalars(select(User).where(User.id.in_({row.user_id for row in rows})))
    hearing = {user.id for user in await may_hear(session, case_id, people.all())}
    for row in rows:
        if row.user_id not in hearing:
            row.state = State.CANCELLED
    await session.flush()
