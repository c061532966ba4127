from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.notices import NoticeView
from casebackend.notices.hearing import may_hear
from casebackend.notices.model import Notice, StaffMessage
from casebackend.notices.rules import STATE_LABELS, State
from casebackend.notifications import words
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.staff.model import User

PAGE = 30
UNREAD = and_(Notice.read_at.is_(None), Notice.done_at.is_(None))
WAITS = or_(UNREAD, and_(Notice.needs_ack, Notice.acknowledged_at.is_(None), Notice.done_at.is_(None)))
UNDELIVERED = (State.FAILED, State.MAYBE_SENT)


async def _mine(session: AsyncSession, user_id: UUID | None, unit_id: UUID | None) -> ColumnElement[bool]:
    """One's own, and those of one's unit that have no receiver yet; of these none about a case from which one has to
    stay away."""
    own = Notice.user_id == user_id
    user = await session.get(User, user_id) if user_id and unit_id else None
    if user is None:
        return own
    of_unit = and_(Notice.user_id.is_(None), Notice.unit_id == unit_id)
    about = select(Notice.case_id).where(of_unit, Notice.case_id.is_not(None)).distinct()
    kept_from = [each for each in await session.scalars(about) if not await may_hear(session, each, [user])]
    return or_(own, and_(of_unit, or_(Notice.case_id.is_(None), Notice.case_id.not_in(kept_from))))


async def unread(session: AsyncSession, user_id: UUID | None) -> int:
    """For the top bar: not yet read, or read and waiting to be acknowledged."""
    if user_id is None:
        return 0
    unit_id = await session.scalar(select(User.organisation_id).where(User.id == user_id))
    query = select(func.count()).select_from(Notice).where(await _mine(session, user_id, unit_id), WAITS)
    return int(await session.scalar(query) or 0)


async def unread_ones(session: AsyncSession, by: Principal) -> Sequence[Notice]:
    """Those that somebody is settling at this moment are not waited for."""
    mine = await _mine(session, by.user_id, by.organisation_id)
    found = await session.scalars(select(Notice).where(mine, UNREAD).with_for_update(skip_locked=True))
    return found.all()


async def own(session: AsyncSession, notice_id: UUID, by: Principal) -> Notice | None:
    mine = await _mine(session, by.user_id, by.organisation_id)
    query = select(Notice).where(Notice.id == notice_id, mine).with_for_update()
    notice: Notice | None = await session.scalar(query.execution_options(populate_existing=True))
    return notice


async def page(
    session: AsyncSession, by: Principal, *, open_only: bool = False, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[NoticeView], str | None]:
    """Newest first."""
    order: tuple[Any, ...] = (Notice.at, Notice.id)
    query = select(Notice).where(await _mine(session, by.user_id, by.organisation_id))
    if open_only:
        query = query.where(WAITS)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, UUID)), descending=True))
    found = list(await session.scalars(query.order_by(*(each.desc() for each in order)).limit(limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    return await _views(session, found[:limit]), cursor_of([last.at.isoformat(), last.id]) if last else None


async def view(session: AsyncSession, notice: Notice) -> NoticeView:
    return (await _views(session, [notice]))[0]


async def _views(session: AsyncSession, notices: Sequence[Notice]) -> list[NoticeView]:
    states = await _deliveries(session, [notice.id for notice in notices])
    return [
        NoticeView(
            id=notice.id,
            kind=notice.kind,
            title=words.subject(notice.template, **notice.values),
            text=words.words(notice.template, **notice.values),
            link=notice.link,
            level=notice.level,
            at=notice.at,
            read_at=notice.read_at,
            needs_ack=notice.needs_ack,
            acknowledged_at=notice.acknowledged_at,
            done_at=notice.done_at,
            deliveries=states.get(notice.id, {}),
            version=notice.version,
        )
        for notice in notices
    ]


async def _deliveries(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID | None, dict[str, str]]:
    rows = await session.execute(
        select(StaffMessage.notice_id, StaffMessage.channel, StaffMessage.state).where(StaffMessage.notice_id.in_(ids))
    )
    found: dict[UUID | None, dict[str, str]] = {}
    for notice_id, channel, state in rows:
        found.setdefault(notice_id, {})[channel] = STATE_LABELS[State(state)]
    return found


async def of_case(session: AsyncSession, case_id: UUID) -> list[NoticeView]:
    """Everything that colleagues were told about a case, with how mail and SMS went; oldest first."""
    found = await session.scalars(select(Notice).where(Notice.case_id == case_id).order_by(Notice.at, Notice.cause))
    return await _views(session, found.all())


async def undelivered(session: AsyncSession, *, since: datetime) -> int:
    """Mail and SMS that certainly or perhaps did not arrive."""
    query = select(func.count()).select_from(StaffMessage)
    query = query.where(StaffMessage.state.in_(UNDELIVERED), StaffMessage.created_at >= since)
    return int(await session.scalar(query) or 0)
