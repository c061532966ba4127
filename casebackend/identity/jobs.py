"""Sending one-time codes. A code is made here and stays in memory until it is sent; what is kept is a keyed hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.identity.model import IdentityCode, IdentityTalk, IdentityTries
from casebackend.identity.rules import CodeState
from casebackend.notices.jobs import Claimed, Went
from casebackend.notices.ports import Outgoing
from casebackend.notices.rules import Channel, State
from casebackend.notices.thresholds import in_force
from casebackend.notifications import words

AT_ONCE = 20
MOST_TRIES = 3
LEASE = timedelta(minutes=1)
# Longer than an hour's count, a lock and a level can be; what stays is in the audit.
KEPT = timedelta(hours=24)


async def anything_to_send(session: AsyncSession, *, now: datetime) -> bool:
    """A look that disturbs no writer."""
    due = select(IdentityCode.id).where(_due_or_lost(now)).limit(1)
    return await session.scalar(due) is not None


def _due_or_lost(now: datetime) -> ColumnElement[bool]:
    return or_(
        IdentityCode.state == CodeState.DUE,
        (IdentityCode.state == CodeState.CLAIMED) & (IdentityCode.lease_until <= now),
    )


async def claim(session: AsyncSession, *, now: datetime) -> list[Claimed]:
    """Oldest first. Perhaps a lost one was sent: its hash stands, it is good, and it is not sent again."""
    rows = await session.scalars(
        select(IdentityCode)
        .where(_due_or_lost(now))
        .order_by(IdentityCode.asked_at, IdentityCode.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for row in rows.all():
        if row.state == CodeState.CLAIMED:
            row.state, row.lease_until = CodeState.MAYBE_SENT, None
        elif now >= row.expires_at:
            row.state = CodeState.FAILED
        else:
            claimed.append(await _made(session, row, now))
    await session.flush()
    return claimed


async def _made(session: AsyncSession, row: IdentityCode, now: datetime) -> Claimed:
    code = f"{secrets.randbelow(1_000_000):06}"
    customer = await session.get_one(Customer, row.customer_id)
    phone = (await customers.opened(session, customer))["phone"] or ""
    minutes = max(round((row.expires_at - row.asked_at) / timedelta(minutes=1)), 1)
    row.digest = codes.digest(customers.vault(session), row.conversation_id, code)
    row.state, row.lease_until, row.attempts = CodeState.CLAIMED, now + LEASE, row.attempts + 1
    text = words.words("identity_code", code=code, minutes=minutes)
    return Claimed(Channel.SMS, row.attempts, Outgoing(row.id, phone, words.subject("identity_code"), text))


async def mark_all(session: AsyncSession, gone: Sequence[tuple[Claimed, Went]], *, now: datetime) -> None:
    for claimed, went in gone:
        row = await session.get(IdentityCode, claimed.message.id, with_for_update=True, populate_existing=True)
        if row is None or row.state != CodeState.CLAIMED or row.attempts != claimed.attempt:
            continue
        row.lease_until = None
        if went.state is State.PENDING and row.attempts < MOST_TRIES and now < row.expires_at:
            row.state, row.digest = CodeState.DUE, None
        else:
            row.state = {State.SENT: CodeState.SENT, State.MAYBE_SENT: CodeState.MAYBE_SENT}.get(
                went.state, CodeState.FAILED
            )
    await session.flush()


async def forget(session: AsyncSession, *, now: datetime) -> None:
    """What is past its use."""
    before = now - KEPT
    await session.execute(delete(IdentityCode).where(IdentityCode.asked_at < before))
    known = now - timedelta(days=(await in_force(session, now)).number("identity.known_days"))
    await session.execute(
        delete(IdentityTalk).where(
            or_(
                IdentityTalk.touched_at < known,
                IdentityTalk.verified_phone.is_(None) & (IdentityTalk.touched_at < before),
            )
        )
    )
    await session.execute(
        delete(IdentityTries).where(
            or_(IdentityTries.last_at.is_(None), IdentityTries.last_at < before),
            or_(IdentityTries.locked_until.is_(None), IdentityTries.locked_until < now),
        )
    )
