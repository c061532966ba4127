"""One leader among the workers. Each effect checks in its own transaction that its epoch still leads (fencing)."""

from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base

LEASE = timedelta(seconds=15)
# A leader that is paused within a transaction holds the lease row; PostgreSQL ends its session before the lease ends.
IDLE = LEASE / 2
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
    lease = await session.get_one(LeaderLease, name, with_for_update=True, populate_existing=True)
    if lease.holder != holder:
        if now < lease.until <= now + BELIEVABLE:
            return None
        lease.holder, lease.epoch = holder, lease.epoch + 1
    lease.until = now + LEASE
    await session.flush()
    return lease.epoch


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
