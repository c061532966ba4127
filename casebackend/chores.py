"""What the worker does, tick by tick and hour by hour."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from casebackend import idempotency
from casebackend.assignments import jobs as assignments
from casebackend.assist import calling as entry_calling
from casebackend.assist import reminding as entry_reminding
from casebackend.attachments import jobs as files
from casebackend.attachments.clamd import Clamd
from casebackend.attachments.errors import FileChanged
from casebackend.attachments.ports import Scanner, ScannerAway
from casebackend.attachments.service import Content
from casebackend.audit import anchors
from casebackend.calendar.rules import local_date
from casebackend.candidates import jobs as candidates
from casebackend.cases import countersigning, task_jobs
from casebackend.cases import jobs as cases
from casebackend.clocks import jobs as clocks
from casebackend.clocks.service import recompute_provisional
from casebackend.conversations import deliveries
from casebackend.curation import indexing
from casebackend.curation import jobs as curation
from casebackend.curation.building import build_apart
from casebackend.database import Database
from casebackend.dictionaries import changing as dictionaries
from casebackend.digests import alarms, episodes, unit_episodes
from casebackend.digests import jobs as digests
from casebackend.exports import jobs as exports
from casebackend.exports import making
from casebackend.handoffs import jobs as handoffs
from casebackend.handoffs import priorities
from casebackend.identity import jobs as codes
from casebackend.leading import Leading
from casebackend.notices import jobs as notices
from casebackend.notices.ports import Sender
from casebackend.notices.rules import Channel
from casebackend.organisations import changing as organisations
from casebackend.outbox import jobs as outbox
from casebackend.outbox.jobs import Subscriber
from casebackend.outbox.queries import anything_waiting
from casebackend.people import jobs as people
from casebackend.people import restructuring, watching
from casebackend.pickups import visiting as visits
from casebackend.registration.dictionary_use import used
from casebackend.replies import leaving as left_replies
from casebackend.retention import jobs as retention
from casebackend.retention import talks
from casebackend.reviews import queries as reviews
from casebackend.revisits import jobs as revisits
from casebackend.settings import Settings
from casebackend.subscriptions import carriers, still_wanted, subscriptions

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=10)
COUNT_AGAIN = timedelta(minutes=10)


class Chores(Leading):
    def __init__(self, database: Database, settings: Settings, *, now: Callable[[], datetime], name: str) -> None:
        super().__init__(database, now=now, name=name)
        self.subscriptions: Mapping[str, Sequence[Subscriber]] = subscriptions(
            timedelta(seconds=settings.survey_delay_seconds)
        )
        self.senders: Mapping[Channel, Sender] = carriers(settings)
        self.scanner: Scanner | None = Clamd(settings.clamd) if settings.clamd else None
        self.indexer = indexing.Indexer(settings.var_dir / indexing.FOLDER, database, apart=build_apart)
        self.console_address = settings.console_address
        self.anchors = settings.anchors
        self.looked_at: datetime | None = None
        self.counted_at: datetime | None = None
        self.alarmed_on: date | None = None

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
        await self._each(priorities.due, priorities.tell)
        await self._each(organisations.due, restructuring.apply_planned)
        await self._each(people.silent, people.remind)
        await self._each(dictionaries.due, partial(dictionaries.apply_planned, used=used))
        await self._each(curation.to_publish, curation.publish)
        await self._each(curation.to_expire, curation.expire)
        await self._each(entry_calling.to_verify, entry_calling.call_to_verify)
        await self._each(entry_calling.requests_due, entry_calling.remind_of_request)
        await self._each(digests.due, partial(digests.write, address=self.console_address))
        await self._each(alarms.waiting, alarms.tell_waiting)
        if self._counts_again():
            await self._each(episodes.figures, episodes.tell_figure)
            await self._each(unit_episodes.crossed, unit_episodes.tell)
            await self._each(entry_reminding.to_remind, entry_reminding.remind)
        await self._alarm()

    def _looks_again(self) -> bool:
        """For what counts in minutes, a look every few seconds is enough; a clock set back does not blind us."""
        if self.looked_at is not None and timedelta() <= self.now() - self.looked_at < LOOK_AGAIN:
            return False
        self.looked_at = self.now()
        return True

    def _counts_again(self) -> bool:
        """The figures of the board count the whole bank, the days of review every entry: not with every look."""
        if self.counted_at is not None and timedelta() <= self.now() - self.counted_at < COUNT_AGAIN:
            return False
        self.counted_at = self.now()
        return True

    async def _drain(self) -> None:
        end = time.monotonic() + self.slice_seconds
        while not self.stopping and time.monotonic() < end and await self._waiting():
            async with self._as_leader() as session:
                messages = await outbox.claim(session, now=self.now(), subscriptions=self.subscriptions)
            async with self._as_leader() as session:
                await outbox.carry_out(session, messages, self.subscriptions, now=self.now())

    async def _waiting(self) -> bool:
        async with self.database.reading() as session:
            return await anything_waiting(session, now=self.now())

    async def post(self) -> None:
        """Mail and SMS to colleagues, beside the ticking: a slow mail server holds up no clock."""
        await self.send_codes()
        while self.epoch is not None and not self.stopping:
            async with self.database.reading() as session:
                if not await notices.anything_to_send(session, now=self.now()):
                    return
            async with self._as_leader() as session:
                claimed = await notices.claim(session, now=self.now(), still_wanted=still_wanted)
            went = await notices.send_all(claimed, self.senders, stopping=lambda: self.stopping)
            async with self._as_leader() as session:
                await notices.mark_all(session, went, now=self.now())

    async def send_codes(self) -> None:
        """One-time codes to customers, who are waiting for them: no quiet hours, before any mail."""
        while self.epoch is not None and not self.stopping:
            async with self.database.reading() as session:
                if not await codes.anything_to_send(session, now=self.now()):
                    return
            async with self._as_leader() as session:
                claimed = await codes.claim(session, now=self.now())
            went = await notices.send_all(claimed, self.senders, stopping=lambda: self.stopping)
            async with self._as_leader() as session:
                await codes.mark_all(session, went, now=self.now())

    async def look_through_files(self) -> None:
        """Scan what came in, then make previews; beside the ticking, because files are large and scanners slow."""
        while self.epoch is not None and not self.stopping:
            async with self.database.reading() as session:
                waiting = await files.to_scan(session, now=self.now()) if self.scanner is not None else []
                pictures = await files.to_preview(session, now=self.now())
            if not waiting and not pictures:
                return
            for identity, content in waiting:
                await self._scan(identity, content)
            for identity, kind, content in pictures:
                small = await files.made_small(content, kind)
                async with self._as_leader() as session:
                    await files.previewed(session, identity, small, now=self.now())

    async def _scan(self, identity: UUID, content: Content) -> None:
        if self.scanner is None or self.stopping:
            return
        try:
            verdict = await self.scanner.scan(content.pieces())
        except (ScannerAway, FileChanged) as error:
            log.warning("attachment.not_scanned", error=type(error).__name__)
            async with self._as_leader() as session:
                await files.not_scanned(session, identity, now=self.now())
            return
        async with self._as_leader() as session:
            await files.scanned(session, identity, verdict, now=self.now())

    async def keep_index(self) -> None:
        """Beside the ticking: a large index takes minutes. The pages find by the arrays meanwhile."""
        if self.epoch is not None and not self.stopping:
            await self.indexer.keep()

    async def make_exports(self) -> None:
        """One after the other, beside the ticking: what many rows are asked for takes its time."""
        while self.epoch is not None and not self.stopping:
            async with self.database.reading() as session:
                if not await exports.anything_to_make(session, now=self.now()):
                    return
            async with self._as_leader() as session:
                identity = await exports.claim(session, now=self.now())
            if identity is not None:
                await self._export(identity)

    async def _export(self, identity: UUID) -> None:
        async with self.database.reading() as session:
            work = await exports.work(session, identity, now=self.now())
        if work is None:
            async with self._as_leader() as session:
                await exports.give_up(session, identity, now=self.now())
            return
        file = await making.made(self.database.reading, work, now=self.now())
        async with self._as_leader() as session:
            await exports.finish(session, identity, file, now=self.now())

    async def hourly(self) -> None:
        if not await self._still_leads():
            return
        await self._repeat(partial(cases.archive_due, held=reviews.holding()), cases.ARCHIVED_AT_ONCE)
        async with self._as_leader() as session:
            changed = await recompute_provisional(session, now=self.now())
            ends = await alarms.calendar(session, now=self.now())
        if changed:
            log.info("clocks.recomputed", count=changed)
        if ends is not None:
            log.warning("calendar.ends_soon", reason=ends.isoformat())
        await self._each(watching.unused, watching.disable)
        await self._redact()
        await self._each(candidates.missing, candidates.make_up)
        async with self._as_leader() as session:
            await codes.forget(session, now=self.now())
            await visits.forget(session, now=self.now())
            await left_replies.forget(session, now=self.now())
            await people.forget(session, now=self.now())
        await self._repeat(idempotency.forget, idempotency.AT_ONCE)
        await self._repeat(retention.end_talks, retention.FILES_AT_ONCE)
        await self._repeat(talks.end_words, talks.AT_ONCE)
        await self._repeat(retention.end_drafts, retention.DRAFTS_AT_ONCE)
        if await anchors.due(self.database, self.now()):
            await anchors.write(self.database, self.anchors, now=self.now())

    async def tidy_files(self) -> None:
        """Once an hour: give up what is past its time, collect what no row needs."""
        if not await self._still_leads():
            return
        await self._repeat(files.purge, files.AT_ONCE)
        async with self._as_leader() as session:
            collected = await files.collect(session, now=self.now())
        if collected:
            log.info("attachment.orphans_collected", count=collected)
        await self._repeat(exports.expire, exports.AT_ONCE)
        async with self._as_leader() as session:
            await exports.collect(session, now=self.now())

    async def _redact(self) -> None:
        """What two people have decided; a few families a transaction."""
        async with self.database.reading() as session:
            more = await retention.approved(session) is not None
        after = None
        while more and not self.stopping:
            async with self._as_leader() as session:
                after = await retention.carry_out(session, now=self.now(), after=after)
            more = after is not None

    async def _alarm(self) -> None:
        """Once a day, in the log and to who runs the system; the board shows it as long as it holds."""
        if self.alarmed_on == local_date(self.now()):
            return
        async with self.database.reading() as session:
            missing = await digests.missing(session, now=self.now())
        if missing.count:
            async with self._as_leader() as session:
                await alarms.digests_missing(session, now=self.now())
            log.error("digest.missing", count=missing.count, unreachable=len(missing.unreachable))
            self.alarmed_on = local_date(self.now())
