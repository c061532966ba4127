"""Work under the lead: every effect in one short transaction of the present epoch."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import leader
from casebackend.database import Database

LEASE = "worker"
PAUSE_SECONDS = 0.01
# So long one kind of work goes on while there is more of it; then the others have their turn, and the lease is renewed.
SLICE_SECONDS = 5


class Leading:
    def __init__(self, database: Database, *, now: Callable[[], datetime], name: str) -> None:
        self.database = database
        self.now = now
        self.name = name
        self.epoch: int | None = None
        self.renewed_at: datetime | None = None
        self.stopping = False
        self.slice_seconds: float = SLICE_SECONDS

    @asynccontextmanager
    async def _as_leader(self) -> AsyncIterator[AsyncSession]:
        """One short transaction under the present epoch; the pause after it lets the web process write."""
        if self.epoch is None:
            raise leader.Deposed
        async with self.database.transaction() as session:
            await leader.require(session, LEASE, self.epoch)
            yield session
        await asyncio.sleep(PAUSE_SECONDS)

    async def lead(self) -> bool:
        async with self.database.transaction() as session:
            self.epoch = await leader.lead(session, LEASE, self.name, now=self.now())
        self.renewed_at = self.now()
        await asyncio.sleep(PAUSE_SECONDS)
        return self.epoch is not None

    async def _still_leads(self) -> bool:
        """The lease is renewed well before it ends; whether it still holds is seen in every transaction anyway."""
        fresh = self.renewed_at is not None and abs(self.now() - self.renewed_at) < leader.LEASE / 3
        return self.epoch is not None if fresh else await self.lead()

    async def _repeat(self, job: Callable[..., Awaitable[int]], batch: int) -> None:
        done, end = batch, time.monotonic() + self.slice_seconds
        while done >= batch and not self.stopping and time.monotonic() < end:
            async with self._as_leader() as session:
                done = await job(session, now=self.now())

    async def _each[T](
        self, find: Callable[..., Awaitable[Sequence[T]]], act: Callable[..., Awaitable[object]]
    ) -> None:
        """What a look found, each in a transaction of its own, in which it is looked at again."""
        async with self.database.reading() as session:
            found = await find(session, now=self.now())
        for each in found:
            async with self._as_leader() as session:
                await act(session, each, now=self.now())

    async def resign(self) -> None:
        if self.epoch is not None:
            async with self.database.transaction() as session:
                await leader.resign(session, LEASE, self.epoch, now=self.now())
