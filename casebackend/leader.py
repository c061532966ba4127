"""One leader among the workers. Each effect checks in its own transaction that its epoch still leads (fencing)."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import String, column, func, select, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base

LEASE = timedelta(seconds=15)
# A lease that ends later was given before the clock was set back; its holder may be long gone.
BELIEVABLE = 2 * LEASE


class LeaderLease(Base):
    __tablename__ = "leader_leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80), default="")
    epoch: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime]


class Deposed(Exception):
    """Another worker leads by now; what this transaction did is rolled back."""


async def lead(session: AsyncSession, name: str, holder: str, *, now: datetime) -> int | None:
    """The epoch under which `holder` leads, taking over an expired lease; None while somebody else leads."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(LeaderLease).values(name=name, holder="", epoch=0, until=now)
    await session.execute(fresh.on_conflict_do_nothing())
    lease = await session.get_one(LeaderLease, name, populate_existing=True)
    if lease.holder not in ("", holder) and not _binds(lease, now):
        await _end_sessions(session, lease.holder)
    lease = await session.get_one(LeaderLease, name, with_for_update=True, populate_existing=True)
    if lease.holder != holder:
        if _binds(lease, now):
            return None
        lease.holder, lease.epoch = holder, lease.epoch + 1
    lease.until = now + LEASE
    await session.flush()
    return lease.epoch


def _binds(lease: LeaderLease, now: datetime) -> bool:
    return now < lease.until <= now + BELIEVABLE


async def _end_sessions(session: AsyncSession, holder: str) -> None:
    """A leader that is paused within a transaction still holds the lease row. PostgreSQL's own timeout is not enough:
    it does not run once the driver has asked for a flush."""
    if session.get_bind().dialect.name == "postgresql":
        ended = select(func.pg_terminate_backend(column("pid"))).select_from(table("pg_stat_activity"))
        mine = column("application_name") == session_name(holder), column("datname") == func.current_database()
        await session.execute(ended.where(*mine))


def session_name(holder: str) -> str:
    """Short enough for PostgreSQL, which cuts off after 63 bytes."""
    return f"tingsu-{hashlib.sha256(holder.encode()).hexdigest()[:16]}"


async def require(session: AsyncSession, name: str, epoch: int) -> None:
    """Holds the lease row until the commit, so that nobody takes over in between."""
    current = await session.scalar(select(LeaderLease.epoch).where(LeaderLease.name == name).with_for_update(read=True))
    if current != epoch:
        raise Deposed


async def resign(session: AsyncSession, name: str, epoch: int, *, now: datetime) -> None:
    """At an orderly end, so that the next worker need not wait for the lease to run out."""
    lease = await session.get(LeaderLease, name, with_for_update=True, populate_existing=True)
    if lease is not None and lease.epoch == epoch:
        lease.until = now
        await session.flush()
