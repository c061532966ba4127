"""What the worker does, and under whose lead: every effect in one short transaction of the present epoch."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import leader
from casebackend.assignments import jobs as assignments
from casebackend.calendar.queries import ends_soon
from casebackend.calendar.rules import local_date
from casebackend.cases import countersigning, task_jobs
from casebackend.cases import jobs as cases
from casebackend.clocks import jobs as clocks
from casebackend.clocks.service import recompute_provisional
from casebackend.conversations import deliveries
from casebackend.database import Database
from casebackend.digests import jobs as digests
from casebackend.escalations import jobs as escalations
from casebackend.extensions import jobs as extensions
from casebackend.families import jobs as families
from casebackend.handoffs import jobs as handoffs
from casebackend.notices import jobs as notices
from casebackend.notices.doubles import ConsoleSender
from casebackend.notices.jobs import Went
from casebackend.notices.ports import Sender
from casebackend.notices.rules import Channel, State
from casebackend.notices.smtp import SmtpSender
from casebackend.outbox import jobs as outbox
from casebackend.outbox.jobs import Subscriber
from casebackend.outbox.queries import anything_waiting
from casebackend.registration import jobs as registration
from casebackend.reviews import queries as reviews
from casebackend.revisits import jobs as revisits
from casebackend.settings import Settings
from casebackend.supervision import jobs as supervision

log = structlog.get_logger()

LEASE = "worker"
PAUSE_SECONDS = 0.01
# So long one kind of work goes on while there is more of it; then the others have their turn, and the lease is renewed.
SLICE_SECONDS = 5
LOOK_AGAIN = timedelta(seconds=10)


def subscriptions(survey_delay: timedelta) -> dict[str, Sequence[Subscriber]]:
    """Every topic of the outbox that somebody waits for. A topic without a row is done when it is read."""
    return {
        "case.filed": (cases.on_filed, families.on_filed),
        "case.moved": (escalations.on_moved, assignments.on_moved, extensions.on_moved),
        "case.withdrawn": (extensions.on_moved,),
        "extension.untold": (extensions.on_untold,),
        "case.major": (registration.on_major,),
        "case.praised": (registration.on_praised,),
        "case.assigned": (assignments.on_assigned,),
        "task.asked": (task_jobs.on_asked,),
        "task.answered": (task_jobs.on_answered,),
        "case.unread": (escalations.on_unread,),
        "case.urged": (escalations.on_urged,),
        "case.replied": (partial(revisits.on_replied, delay=survey_delay), extensions.on_moved),
        "clock.near_due": (escalations.on_strike,),
        "clock.overdue": (escalations.on_strike,),
        "clock.escalated": (escalations.on_strike,),
        "conversation.agent_spoke": (cases.on_agent_spoke,),
        "clock.moved": (cases.on_clock_moved,),
        "supervision.opened": (supervision.on_opened,),
        "supervision.returned": (supervision.on_returned,),
        "supervision.unread": (supervision.on_unread,),
        "supervision.replied": (supervision.on_replied,),
    }


def carriers(settings: Settings) -> dict[Channel, Sender]:
    """Mail goes over the bank's server once it is named; SMS gateway and OA are other companies', so here doubles."""
    logs = settings.var_dir / "log"
    mail: Sender = SmtpSender(settings) if settings.smtp_host else ConsoleSender(Channel.MAIL, logs / "mail.jsonl")
    doubles = {each: ConsoleSender(each, logs / f"{each}.jsonl") for each in (Channel.SMS, Channel.OA)}
    return {Channel.MAIL: mail, **doubles}


class Chores:
    def __init__(self, database: Database, settings: Settings, *, now: Callable[[], datetime], name: str) -> None:
        self.database = database
        self.now = now
        self.name = name
        self.subscriptions: Mapping[str, Sequence[Subscriber]] = subscriptions(
            timedelta(seconds=settings.survey_delay_seconds)
        )
        self.senders: Mapping[Channel, Sender] = carriers(settings)
        self.console_address = settings.console_address
        self.epoch: int | None = None
        self.renewed_at: datetime | None = None
        self.looked_at: datetime | None = None
        self.alarmed_on: date | None = None
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

    async def tick(self) -> None:
        """Everything that is due now. Whatever fails is tried again at the next tick. An idle tick only reads."""
        if not await self._still_leads():
            return
        async with self.database.reading() as session:
            clock_due = await clocks.anything_due(session, now=self.now())
        if clock_due:
            await self._repeat(clocks.strike, clocks.BATCH)
        if not await self._still_leads():
            return
        await self._drain()
        await self._each(revisits.due, revisits.send)
        await self._each(revisits.unanswered, revisits.give_up)
        await self._each(assignments.assignable, assignments.assign)
        if self._looks_again():
            await self._by_the_minute()
        async with self.database.reading() as session:
            in_doubt = await deliveries.anything_in_doubt(session, self.now())
        if in_doubt:
            async with self._as_leader() as session:
                await deliveries.settle_doubtful(session, self.now())

    async def _by_the_minute(self) -> None:
        await self._each(assignments.unassigned, assignments.alert)
        await self._each(task_jobs.to_remind, task_jobs.remind)
        await self._each(countersigning.assentable, countersigning.assent)
        await self._each(handoffs.due, handoffs.nudge)
        await self._each(digests.due, partial(digests.write, address=self.console_address))
        await self._alarm()

    def _looks_again(self) -> bool:
        """For what counts in minutes, a look every few seconds is enough; a clock set back does not blind us."""
        if self.looked_at is not None and timedelta() <= self.now() - self.looked_at < LOOK_AGAIN:
            return False
        self.looked_at = self.now()
        return True

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

    async def _drain(self) -> None:
        end = time.monotonic() + self.slice_seconds
        while not self.stopping and time.monotonic() < end and await self._waiting():
            async with self._as_leader() as session:
                messages = await outbox.claim(session, now=self.now())
            async with self._as_leader() as session:
                await outbox.carry_out(session, messages, self.subscriptions, now=self.now())

    async def _waiting(self) -> bool:
        async with self.database.reading() as session:
            return await anything_waiting(session, now=self.now())

    async def post(self) -> None:
        """Mail and SMS to colleagues, beside the ticking: a slow mail server holds up no clock."""
        while self.epoch is not None and not self.stopping:
            async with self.database.reading() as session:
                if not await notices.anything_to_send(session, now=self.now()):
                    return
            async with self._as_leader() as session:
                claimed = await notices.claim(session, now=self.now(), still_wanted=escalations.still_running)
            for each in claimed:
                went = Went(State.PENDING) if self.stopping else await notices.send(each, self.senders)
                async with self._as_leader() as session:
                    await notices.mark(session, each.message.id, each.attempt, went, now=self.now())

    async def hourly(self) -> None:
        if not await self._still_leads():
            return
        await self._repeat(partial(cases.archive_due, held=reviews.holding()), cases.ARCHIVED_AT_ONCE)
        async with self._as_leader() as session:
            changed = await recompute_provisional(session, now=self.now())
            ends = await ends_soon(session, local_date(self.now()))
        if changed:
            log.info("clocks.recomputed", count=changed)
        if ends is not None:
            log.warning("calendar.ends_soon", reason=ends.isoformat())

    async def _alarm(self) -> None:
        """Once a day, in the log; the board shows it as long as it holds."""
        if self.alarmed_on == local_date(self.now()):
            return
        async with self.database.reading() as session:
            missing = await digests.missing(session, now=self.now())
        if missing:
            log.error("digest.missing", count=missing)
            self.alarmed_on = local_date(self.now())

    async def resign(self) -> None:
        if self.epoch is not None:
            async with self.database.transaction() as session:
                await leader.resign(session, LEASE, self.epoch, now=self.now())
