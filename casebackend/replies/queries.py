from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.replies import OwnReply, OwnReplyView, ReplyVersionView, TeamReply, TeamReplyView
from casebackend.assist.model import ReplyUse
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from casebackend.organisations.queries import tree
from casebackend.paging import PAGE, beyond, cursor_of, moment, read_cursor
from casebackend.replies import team, writing
from casebackend.replies.model import CannedReply, ReplyVersion
from casebackend.replies.rules import STATE_LABELS, VERSION_LABELS, Reach, State, VersionState
from casebackend.staff import queries as staff


class Box(StrEnum):
    """Which of the unit's wordings a list is about; one in use may wait besides, for a change of it."""

    IN_USE = "in_use"
    WAITING = "waiting"
    REFUSED = "refused"
    RETIRED = "retired"


async def own(
    session: AsyncSession, by: Principal, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[CannedReply], str | None]:
    query = select(CannedReply).where(CannedReply.reach == Reach.PERSONAL, CannedReply.user_id == by.user_id)
    return await _page(session, query, cursor, limit)


async def of_units(
    session: AsyncSession, by: Principal, *, box: Box | None, cursor: str | None, limit: int = PAGE
) -> tuple[list[CannedReply], str | None]:
    query = select(CannedReply).where(CannedReply.reach == Reach.TEAM, await team.seen_by(session, by))
    if box is Box.WAITING:
        query = query.where(CannedReply.pending.is_not(None))
    elif box is not None:
        query = query.where(CannedReply.state == State(box.value))
    return await _page(session, query, cursor, limit)


async def _page(
    session: AsyncSession, query: Select[CannedReply], cursor: str | None, limit: int
) -> tuple[list[CannedReply], str | None]:
    """What was changed last stands first."""
    order: Any = (CannedReply.changed_at, CannedReply.id)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, UUID)), descending=True))
    found = (await session.scalars(query.order_by(*(each.desc() for each in order)).limit(limit + 1))).all()
    last = found[limit - 1] if len(found) > limit else None
    return list(found[:limit]), cursor_of([last.changed_at.isoformat(), last.id]) if last else None


async def used(session: AsyncSession, ids: Collection[str], *, by_user: UUID | None = None) -> dict[str, int]:
    """How often each was put into an answer, by everybody or by one colleague."""
    if not ids:
        return {}
    query = select(ReplyUse.reply_id, func.count()).where(ReplyUse.reply_id.in_(sorted(ids)))
    if by_user is not None:
        query = query.where(ReplyUse.user_id == by_user)
    rows = await session.execute(query.group_by(ReplyUse.reply_id))
    return {reply_id: count for reply_id, count in rows}


async def own_views(session: AsyncSession, replies: Sequence[CannedReply]) -> list[OwnReplyView]:
    uses = await used(session, [str(each.id) for each in replies])
    newest = await _newest(session, replies)
    return [OwnReplyView(**_own(each, uses, newest)) for each in replies]


async def own_view(session: AsyncSession, reply: CannedReply) -> OwnReply:
    uses = await used(session, [str(reply.id)])
    newest = await _newest(session, [reply])
    return OwnReply(**_own(reply, uses, newest), versions=await _versions(session, reply))


async def team_views(session: AsyncSession, replies: Sequence[CannedReply]) -> list[TeamReplyView]:
    uses = await used(session, [str(each.id) for each in replies])
    waiting = await _pending(session, replies)
    units = {id: unit.name for id, unit in (await tree(session)).units.items()}
    newest = await _newest(session, replies)
    return [TeamReplyView(**_team(each, uses, newest, units, waiting.get(each.id))) for each in replies]


async def team_view(session: AsyncSession, reply: CannedReply) -> TeamReply:
    [view] = await team_views(session, [reply])
    return TeamReply(**dict(view), versions=await _versions(session, reply))


async def waiting_for(session: AsyncSession, by: Principal) -> int:
    """How many a lead has to decide about."""
    query = select(func.count()).where(
        CannedReply.reach == Reach.TEAM, CannedReply.pending.is_not(None), await team.seen_by(session, by)
    )
    return int(await session.scalar(query) or 0)


async def _pending(session: AsyncSession, replies: Sequence[CannedReply]) -> dict[UUID, ReplyVersionView]:
    wanted = {each.id: each.pending for each in replies if each.pending is not None}
    if not wanted:
        return {}
    rows = await session.scalars(
        select(ReplyVersion).where(ReplyVersion.reply_id.in_(wanted), ReplyVersion.state == VersionState.PROPOSED)
    )
    found = [each for each in rows if wanted[each.reply_id] == each.number]
    return {each.reply_id: view for each, view in zip(found, await _viewed(session, found), strict=True)}


async def _versions(session: AsyncSession, reply: CannedReply) -> list[ReplyVersionView]:
    return await _viewed(session, await writing.versions(session, reply.id))


async def _viewed(session: AsyncSession, rows: Sequence[ReplyVersion]) -> list[ReplyVersionView]:
    names = await staff.names(session, {id for each in rows for id in (each.author_id, each.decided_by)})
    return [
        ReplyVersionView(
            number=each.number,
            title=each.title,
            text=each.text,
            state=each.state,
            state_label=VERSION_LABELS[VersionState(each.state)],
            author=names.get(each.author_id, ""),
            written_at=each.written_at,
            decided_by=names.get(each.decided_by) if each.decided_by else None,
            decided_at=each.decided_at,
            opinion=each.opinion,
        )
        for each in rows
    ]


async def _newest(session: AsyncSession, replies: Sequence[CannedReply]) -> dict[str, int]:
    """Of the entries that these were made from, the last published version."""
    ids = {each.article_id for each in replies if each.article_id}
    if not ids:
        return {}
    rows = await session.execute(
        select(Article.id, func.max(Article.version))
        .where(Article.id.in_(ids), Article.status == ArticleStatus.PUBLISHED)
        .group_by(Article.id)
    )
    return {id: int(version) for id, version in rows}


def _own(reply: CannedReply, uses: Mapping[str, int], newest: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": reply.id, "title": reply.title, "text": reply.text, "number": reply.number,
        "uses": uses.get(str(reply.id), 0), "changed_at": reply.changed_at, "version": reply.row_version,
        "article_id": reply.article_id, "article_version": reply.article_version,
        "newest": newest.get(reply.article_id) if reply.article_id else None,
    }  # fmt: skip


def _team(
    reply: CannedReply,
    uses: Mapping[str, int],
    newest: Mapping[str, int],
    units: Mapping[UUID, str],
    waiting: ReplyVersionView | None,
) -> dict[str, Any]:
    return _own(reply, uses, newest) | {
        "unit_id": reply.unit_id, "unit": units.get(reply.unit_id, "") if reply.unit_id else "",
        "state": reply.state, "state_label": STATE_LABELS[State(reply.state)], "pending": waiting,
        "reason": reply.reason,
    }  # fmt: skip
