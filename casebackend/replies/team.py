"""The wordings of a unit: proposed by one of its people, approved by somebody who leads, in use for all below."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.replies import DecideReply, WriteReply
from casebackend.gaps.service import anonymous
from casebackend.organisations.queries import tree
from casebackend.replies import checks, writing
from casebackend.replies.errors import (
    AnotherPending,
    NothingPending,
    NotItsAuthor,
    NoUnit,
    ReplyNotFound,
    ReplyRetired,
    TooManyReplies,
)
from casebackend.replies.model import CannedReply, ReplyVersion
from casebackend.replies.rules import MOST_OF_A_UNIT, Reach, State, VersionState


async def offered_to(session: AsyncSession, by: Principal) -> ColumnElement[bool]:
    """Of the own unit and of those above it: what a unit approved holds for all that lies below it."""
    above = [unit.id for unit in (await tree(session)).above(by.organisation_id)]
    return CannedReply.unit_id.in_(above) if above else false()


async def seen_by(session: AsyncSession, by: Principal) -> ColumnElement[bool]:
    """Besides what is offered, whoever oversees units sees theirs."""
    scope = await scope_of(session, by)
    return or_(scope.condition(CannedReply.unit_id), await offered_to(session, by))


async def visible(session: AsyncSession, reply_id: UUID, by: Principal, *, hold: bool = False) -> CannedReply:
    query = select(CannedReply).where(
        CannedReply.id == reply_id, CannedReply.reach == Reach.TEAM, await seen_by(session, by)
    )
    if hold:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: CannedReply | None = await session.scalar(query)
    if found is None:
        raise ReplyNotFound
    return found


async def led(session: AsyncSession, reply_id: UUID, by: Principal) -> CannedReply:
    """Held, for whoever oversees its unit: below it one uses it and does not decide."""
    found = await visible(session, reply_id, by, hold=True)
    if not await leads(session, found, by):
        raise ReplyNotFound
    return found


async def leads(session: AsyncSession, reply: CannedReply, by: Principal) -> bool:
    """Whether its unit is among those that this colleague oversees."""
    return (await scope_of(session, by)).allows(reply.unit_id) or reply.unit_id == by.organisation_id


async def wrote_pending(session: AsyncSession, reply: CannedReply, by: Principal) -> bool:
    if reply.pending is None:
        return False
    version = await session.get_one(ReplyVersion, (reply.id, reply.pending))
    return version.author_id == by.user_id


async def propose(session: AsyncSession, command: WriteReply, *, by: Principal, now: datetime) -> CannedReply:
    words = writing.clean(command)
    if by.user_id is None or by.organisation_id is None:
        raise NoUnit
    alive = (CannedReply.state.in_((State.PROPOSED, State.IN_USE)), CannedReply.unit_id == by.organisation_id)
    if int(await session.scalar(select(func.count()).where(*alive)) or 0) >= MOST_OF_A_UNIT:
        raise TooManyReplies(MOST_OF_A_UNIT)
    reply = CannedReply(
        id=uuid4(), reach=Reach.TEAM, user_id=by.user_id, unit_id=by.organisation_id, state=State.PROPOSED,
        title=words[0], text=words[1], created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(reply)
    await session.flush()
    made = await writing.origin(session, command, now=now)
    reply.pending = await writing.add_version(
        session, reply, words, made, by=by.user_id, state=VersionState.PROPOSED, now=now
    )
    await session.flush()
    await writing.noted(session, reply, "reply.proposed", by, now)
    return reply


async def propose_change(
    session: AsyncSession, reply: CannedReply, command: WriteReply, *, by: Principal, now: datetime
) -> None:
    """`reply` is held. What is in use stays so until the change is approved; whoever proposed one may better it."""
    words = writing.clean(command)
    if reply.state == State.RETIRED:
        raise ReplyRetired
    if by.user_id is None:
        raise ReplyNotFound
    known: writing.Made = reply
    if reply.pending is not None:
        known = before = await session.get_one(ReplyVersion, (reply.id, reply.pending))
        if before.author_id != by.user_id:
            raise AnotherPending
        before.state = VersionState.WITHDRAWN
    made = await writing.origin(session, command, known, now=now)
    reply.pending = await writing.add_version(
        session, reply, words, made, by=by.user_id, state=VersionState.PROPOSED, now=now
    )
    if reply.number is None:
        reply.state, (reply.title, reply.text) = State.PROPOSED, words
    await writing.touched(session, reply, "reply.proposed", by, now)


async def decide(
    session: AsyncSession, reply: CannedReply, command: DecideReply, *, by: Principal, now: datetime
) -> None:
    """`reply` is held by somebody who leads. What may be said is looked at once more: rules grow."""
    if reply.pending is None:
        raise NothingPending
    version = await session.get_one(ReplyVersion, (reply.id, reply.pending))
    if version.author_id == by.user_id:
        raise NotItsAuthor
    if command.decision == "approved":
        checks.require_sayable(version.title, version.text)
        version.state, reply.state, reply.number = VersionState.APPROVED, State.IN_USE, version.number
        reply.title, reply.text = version.title, version.text
        reply.article_id, reply.article_version = version.article_id, version.article_version
    else:
        version.state = VersionState.REFUSED
        reply.state = State.IN_USE if reply.number is not None else State.REFUSED
    version.decided_by, version.decided_at = by.user_id, now
    version.opinion = anonymous(command.opinion) if command.opinion else None
    reply.pending = None
    await writing.touched(session, reply, f"reply.{command.decision}", by, now)


async def retire(session: AsyncSession, reply: CannedReply, reason: str, *, by: Principal, now: datetime) -> None:
    """`reply` is held by somebody who leads. What waits for a decision needs none any more."""
    if reply.state == State.RETIRED:
        raise ReplyRetired
    if reply.pending is not None:
        waiting = await session.get_one(ReplyVersion, (reply.id, reply.pending))
        waiting.state, waiting.decided_by, waiting.decided_at = VersionState.REFUSED, by.user_id, now
        reply.pending = None
    reply.state, reply.retired_by, reply.retired_at = State.RETIRED, by.user_id, now
    reply.reason = anonymous(reason)
    await writing.touched(session, reply, "reply.retired", by, now)
