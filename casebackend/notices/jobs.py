"""Mail and SMS to colleagues: claimed in one transaction, sent outside of any, marked in another."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import announce
from casebackend.failpoints import failpoint
from casebackend.notices.model import Notice, StaffMessage
from casebackend.notices.ports import NotSent, Outgoing, Refused, Sender
from casebackend.notices.rules import LEASE, MOST_TRIES, Channel, State, wait_after
from casebackend.notifications import words

# With five beside each other the slowest server is through before the lease ends.
AT_ONCE, BESIDE = 20, 5
SECONDS_EACH = 20

type StillWanted = Callable[[AsyncSession, Collection[str]], Awaitable[Collection[str]]]


@dataclass(frozen=True, slots=True)
class Claimed:
    channel: Channel
    attempt: int
    message: Outgoing


@dataclass(frozen=True, slots=True)
class Went:
    """How it went: `State.PENDING` is to be tried again."""

    state: State
    error: str | None = None


async def anything_to_send(session: AsyncSession, *, now: datetime) -> bool:
    """A look that disturbs no writer."""
    due = select(StaffMessage.id).where(StaffMessage.state == State.PENDING, StaffMessage.not_before <= now)
    lost = select(StaffMessage.id).where(StaffMessage.state == State.CLAIMED, StaffMessage.lease_until <= now)
    return await session.scalar(due.limit(1)) is not None or await session.scalar(lost.limit(1)) is not None


async def claim(session: AsyncSession, *, now: datetime, still_wanted: StillWanted) -> list[Claimed]:
    """Oldest first. What a word is about is looked at again here: a night may have passed since it was written, and
    what is done by now may have been on its way when it was."""
    await _settle(session, now)
    done = exists().where(Notice.id == StaffMessage.notice_id, Notice.done_at.is_not(None))
    due = await session.execute(
        select(StaffMessage, done)
        .where(StaffMessage.state == State.PENDING, StaffMessage.not_before <= now)
        .order_by(StaffMessage.not_before, StaffMessage.created_at, StaffMessage.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claimed, rows = [], due.all()
    about = {row.about for row, _ in rows if row.about is not None}
    wanted = await still_wanted(session, about) if about else ()
    for row, is_done in rows:
        if is_done or (row.about is not None and row.about not in wanted):
            row.state = State.CANCELLED
            continue
        row.state, row.lease_until = State.CLAIMED, now + LEASE
        row.attempts += 1
        claimed.append(Claimed(Channel(row.channel), row.attempts, _outgoing(session, row)))
    await session.flush()
    return claimed


def _outgoing(session: AsyncSession, row: StaffMessage) -> Outgoing:
    return Outgoing(
        id=row.id,
        address=session.info["vault"].open("staff_messages", "address", row.id, row.address),
        subject=words.subject(row.template, **row.values),
        text=words.words(row.template, **row.values),
    )


async def _settle(session: AsyncSession, now: datetime) -> None:
    """Whoever claimed these is gone. Perhaps they were sent: shown, and never sent again by itself."""
    lost = await session.scalars(
        select(StaffMessage)
        .where(StaffMessage.state == State.CLAIMED, StaffMessage.lease_until <= now)
        .with_for_update(skip_locked=True)
    )
    for row in lost.all():
        row.state, row.lease_until = State.MAYBE_SENT, None
    await session.flush()


async def send(claimed: Claimed, senders: Mapping[Channel, Sender]) -> Went:
    try:
        async with asyncio.timeout(SECONDS_EACH):
            await senders[claimed.channel].send(claimed.message)
    except Refused as error:
        return Went(State.FAILED, str(error))
    except NotSent as error:
        return Went(State.PENDING, str(error))
    except Exception as error:  # noqa: BLE001  whatever it was, nobody knows whether it went out
        return Went(State.MAYBE_SENT, type(error).__name__)
    await failpoint("notice.sent")
    return Went(State.SENT)


async def send_all(
    claimed: Sequence[Claimed], senders: Mapping[Channel, Sender], *, stopping: Callable[[], bool]
) -> list[tuple[Claimed, Went]]:
    """Some beside each other, about in their order; what has not begun when we are to stop is left for the next."""
    room = asyncio.Semaphore(BESIDE)

    async def one(each: Claimed) -> tuple[Claimed, Went]:
        async with room:
            return each, Went(State.PENDING) if stopping() else await send(each, senders)

    return await asyncio.gather(*map(one, claimed))


async def mark_all(session: AsyncSession, gone: Sequence[tuple[Claimed, Went]], *, now: datetime) -> None:
    """Its own carrier may come late and say how it went; nobody else may."""
    ids = [claimed.message.id for claimed, _ in gone]
    query = select(StaffMessage).where(StaffMessage.id.in_(ids)).order_by(StaffMessage.id).with_for_update()
    rows = {row.id: row for row in await session.scalars(query.execution_options(populate_existing=True))}
    for claimed, went in gone:
        row = rows.get(claimed.message.id)
        if row is not None and row.attempts == claimed.attempt and row.state in (State.CLAIMED, State.MAYBE_SENT):
            _mark(row, went, now)
    await session.flush()
    announce(session, "console")


def _mark(row: StaffMessage, went: Went, now: datetime) -> None:
    row.state, row.error, row.lease_until = went.state, went.error, None
    if went.state is State.SENT:
        row.sent_at = now
    elif went.state is State.PENDING:
        row.not_before = now + wait_after(row.attempts)
        if row.attempts >= MOST_TRIES:
            row.state = State.FAILED
