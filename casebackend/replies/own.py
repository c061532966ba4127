"""The wordings that a colleague keeps for himself. Nobody else sees them as long as he is here (`leaving`)."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.replies import WriteReply
from casebackend.replies import writing
from casebackend.replies.errors import ReplyNotFound, TooManyReplies
from casebackend.replies.model import CannedReply
from casebackend.replies.rules import MOST_OWN, Reach, State, VersionState


async def mine(session: AsyncSession, reply_id: UUID, by: Principal) -> CannedReply:
    found = await session.get(CannedReply, reply_id)
    if found is None or found.reach != Reach.PERSONAL or found.user_id != by.user_id:
        raise ReplyNotFound
    return found


async def held(session: AsyncSession, reply_id: UUID, by: Principal) -> CannedReply:
    found: CannedReply | None = await session.scalar(
        select(CannedReply)
        .where(CannedReply.id == reply_id, CannedReply.reach == Reach.PERSONAL, CannedReply.user_id == by.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise ReplyNotFound
    return found


async def write(session: AsyncSession, command: WriteReply, *, by: Principal, now: datetime) -> CannedReply:
    words = writing.clean(command)
    if by.user_id is None:
        raise ReplyNotFound
    count = select(func.count()).where(CannedReply.reach == Reach.PERSONAL, CannedReply.user_id == by.user_id)
    if int(await session.scalar(count) or 0) >= MOST_OWN:
        raise TooManyReplies(MOST_OWN)
    reply = CannedReply(
        id=uuid4(), reach=Reach.PERSONAL, user_id=by.user_id, state=State.IN_USE, title=words[0], text=words[1],
        created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(reply)
    await session.flush()
    made = await writing.origin(session, command, now=now)
    reply.number = await writing.add_version(
        session, reply, words, made, by=by.user_id, state=VersionState.APPROVED, now=now
    )
    await session.flush()
    await writing.noted(session, reply, "reply.written", by, now)
    return reply


async def change(
    session: AsyncSession, reply: CannedReply, command: WriteReply, *, by: Principal, now: datetime
) -> None:
    """`reply` is held. The same words again are no change, unless they were compared with another entry."""
    words, made = writing.clean(command), await writing.origin(session, command, reply, now=now)
    if words == (reply.title, reply.text) and made == (reply.article_id, reply.article_version):
        return
    reply.number = await writing.add_version(
        session, reply, words, made, by=reply.user_id, state=VersionState.APPROVED, now=now
    )
    reply.title, reply.text = words
    await writing.touched(session, reply, "reply.changed", by, now)


async def drop(session: AsyncSession, reply: CannedReply, *, by: Principal, now: datetime) -> None:
    """`reply` is held."""
    await writing.noted(session, reply, "reply.dropped", by, now)
    await writing.removed(session, [reply.id])
