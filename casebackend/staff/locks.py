"""Counting failed logins, per account and per address, and lifting the lock that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.policies.rules import Policy
from casebackend.staff.model import LoginAttempt, User
from casebackend.staff.rules import Outcome

COUNTED = (Outcome.TRIED, Outcome.FAILED)
FORGETS = (Outcome.OPENED, Outcome.UNLOCKED)


async def is_locked(session: AsyncSession, policy: Policy, *, login_key: str, address: str, now: datetime) -> bool:
    """One's own login makes the failures of the account forgotten, never those of the address: whoever has one
    password could otherwise try the others for ever. Where one has logged in of late, only the failures from there
    count: guesses from anywhere else keep nobody from his own desk."""
    own = LoginAttempt.login_key == login_key
    if await _is_known(session, policy, own, address, now):
        own &= LoginAttempt.address == address
    if await _failures(session, own, FORGETS, policy, now) >= policy.tries:
        return True
    lifted = (Outcome.UNLOCKED,)
    return await _failures(session, LoginAttempt.address == address, lifted, policy, now) >= policy.tries_of_address


async def _is_known(
    session: AsyncSession, policy: Policy, own: ColumnElement[bool], address: str, now: datetime
) -> bool:
    since = LoginAttempt.at > now - policy.known
    there = select(LoginAttempt.id).where(
        own, since, LoginAttempt.address == address, LoginAttempt.outcome == Outcome.OPENED
    )
    return bool(policy.known) and await session.scalar(there.limit(1)) is not None


async def has_locked(session: AsyncSession, policy: Policy, *, login_key: str, now: datetime) -> bool:
    """Whether the failures of this account are as many as it takes."""
    return await _failures(session, LoginAttempt.login_key == login_key, FORGETS, policy, now) >= policy.tries


async def _failures(
    session: AsyncSession, whose: ColumnElement[bool], forgets: Sequence[str], policy: Policy, now: datetime
) -> int:
    forgotten = await session.scalar(select(func.max(LoginAttempt.at)).where(whose, LoginAttempt.outcome.in_(forgets)))
    since = max(now - policy.lock, forgotten) if forgotten else now - policy.lock
    counted = await session.scalar(
        select(func.count()).where(whose, LoginAttempt.at > since, LoginAttempt.outcome.in_(COUNTED))
    )
    return counted or 0


@dataclass(frozen=True, slots=True)
class Locked:
    """Who cannot log in now: accounts that there are, and addresses."""

    accounts: dict[UUID, str]
    addresses: list[str]


async def locked_now(session: AsyncSession, policy: Policy, *, now: datetime) -> Locked:
    recent = (LoginAttempt.at > now - policy.lock, LoginAttempt.outcome.in_(COUNTED))
    keys = select(LoginAttempt.user_id, LoginAttempt.login_key).where(*recent, LoginAttempt.user_id.is_not(None))
    accounts = {
        user_id: key
        for user_id, key in await session.execute(keys.distinct())
        if user_id is not None
        and await _failures(session, LoginAttempt.login_key == key, FORGETS, policy, now) >= policy.tries
    }
    tried = select(LoginAttempt.address).where(*recent).group_by(LoginAttempt.address)
    many = await session.scalars(tried.having(func.count() >= policy.tries_of_address))
    lifted = (Outcome.UNLOCKED,)
    addresses = [
        each
        for each in many
        if await _failures(session, LoginAttempt.address == each, lifted, policy, now) >= policy.tries_of_address
    ]
    return Locked(accounts, sorted(addresses))


async def unlock(session: AsyncSession, user: User, *, login_key: str, by: str, now: datetime) -> None:
    """The failures of the account are forgotten; the log keeps them, and who lifted the lock stands in the audit."""
    session.add(LoginAttempt(login_key=login_key, user_id=user.id, address="", outcome=Outcome.UNLOCKED, at=now))
    await audit.record(session, chain="access", event="login.unlocked", actor=by, object=f"user:{user.id}", now=now)


async def unlock_address(session: AsyncSession, address: str, *, by: str, now: datetime) -> None:
    session.add(LoginAttempt(login_key="", user_id=None, address=address, outcome=Outcome.UNLOCKED, at=now))
    await audit.record(session, chain="access", event="login.unlocked", actor=by, object=f"address:{address}", now=now)
