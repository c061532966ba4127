"""The turn runner: claims the next unanswered message, asks the engine, and closes the turn with what it said.

Nothing is kept here. When the process dies the lease of the turn expires and any runner claims it again; a reply of an
older epoch is refused by the backend and dropped.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from casebackend.api.breaker import Breaker
from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import ClaimTurn, TakeOverTurn, TurnDone, TurnFailed, TurnResult
from channels.bot import DialogueEngine, EngineFailed, Spoken
from channels.callback import Callback, past_callback
from channels.delivery import Deliverer, Line, Outcome
from channels.envelope import SUPERSEDED, Channel, Engine, Reply, Turn
from channels.words.book import Words

IN_FLIGHT = 8
POLL_SECONDS = 5
TRIES_TO_CLOSE = 3
log = structlog.get_logger()


class Questions(Protocol):
    async def reply(self, turn: Turn) -> list[Reply]: ...


class TurnRunner:
    def __init__(
        self,
        backend: CaseBackend,
        engine: DialogueEngine,
        questionnaire: Questions,
        deliverer: Deliverer,
        lines: Mapping[Channel, Line],
        *,
        worker: str,
    ) -> None:
        self._backend = backend
        self._engine = engine
        self._questionnaire = questionnaire
        self._deliverer = deliverer
        self._lines = lines
        self._worker = worker
        self._callback = Callback(backend, Words("questionnaire"))
        self._claims_failed = False
        self.breaker = Breaker(time.monotonic)

    async def work(self) -> None:
        """Claims turns one after another and answers up to IN_FLIGHT of them at once."""
        slots = asyncio.Semaphore(IN_FLIGHT)
        answering: set[asyncio.Task[None]] = set()
        try:
            while True:
                await slots.acquire()
                turn = await self._claimed()
                if turn is None:
                    slots.release()
                    continue
                task = asyncio.create_task(self.answer(turn))
                answering.add(task)
                task.add_done_callback(lambda done: self._ended(done, answering, slots))
        finally:
            for task in answering:
                task.cancel()

    async def _claimed(self) -> Turn | None:
        try:
            return await self._backend.claim_turn(ClaimTurn(worker=self._worker, wait_seconds=POLL_SECONDS))
        except (BackendUnavailable, Refused) as error:
            log.warning("turn.claim_failed", error=type(error).__name__)
            await asyncio.sleep(1)
            return None

    @staticmethod
    def _ended(task: asyncio.Task[None], answering: set[asyncio.Task[None]], slots: asyncio.Semaphore) -> None:
        """A fault of ours in one turn is logged and leaves that turn to its lease; the others go on."""
        answering.discard(task)
        slots.release()
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("task.fell_over", task="turn", error=type(fault).__name__)

    async def answer(self, turn: Turn) -> None:
        async with self._accounted(turn):
            about_a_call = await self._callback.reply(turn)
            if about_a_call is not None:
                await self._finish(turn, Engine.DESK, Spoken(replies=about_a_call))
                return
            turn = past_callback(turn)
            spoken = await self._engine_reply(turn)
            if spoken is not None:
                await self._finish(turn, Engine.RASA, spoken)
                return
            command = TakeOverTurn(worker=self._worker, epoch=turn.epoch)
            taken = past_callback(await self._backend.take_over_turn(turn.id, command))
            async with self._accounted(taken):
                said = await self._asked_by_list(taken)
                if said is not None:
                    await self._finish(taken, Engine.QUESTIONNAIRE, said)

    async def _asked_by_list(self, turn: Turn) -> Spoken | None:
        """None where the questionnaire has a fault: nobody is left to answer but a person."""
        try:
            return Spoken(replies=await self._questionnaire.reply(turn))
        except (BackendUnavailable, Refused):
            raise
        except Exception as fault:  # noqa: BLE001 — whatever it is, the customer must hear something
            await self._give_up(turn, type(fault).__name__)
            return None

    @asynccontextmanager
    async def _accounted(self, turn: Turn) -> AsyncIterator[None]:
        """Whatever the backend says to us, the turn is answered by somebody: by others, later, or by a person."""
        try:
            yield
        except BackendUnavailable:
            log.warning("turn.left_to_lease", turn_id=str(turn.id))
        except Refused as refusal:
            if refusal.slug in SUPERSEDED:
                log.info("turn.superseded", turn_id=str(turn.id), epoch=turn.epoch)
            else:
                await self._give_up(turn, refusal.slug)

    async def _engine_reply(self, turn: Turn) -> Spoken | None:
        if not self.breaker.allows():
            return None
        try:
            spoken = await self._engine.reply(turn)
        except EngineFailed as failure:
            self.breaker.failed()
            log.warning("engine.failed", turn_id=str(turn.id), error=str(failure), state=self.breaker.state)
            return None
        self.breaker.succeeded()
        return spoken

    async def _finish(self, turn: Turn, engine: Engine, spoken: Spoken) -> None:
        line = self._lines.get(turn.channel)
        passive = line is not None and await line.awaits(turn)
        done = TurnDone(
            worker=self._worker,
            epoch=turn.epoch,
            engine=engine,
            replies=spoken.replies,
            passive=passive,
            judged=spoken.judged,
        )
        delivery = (await self._close(turn, done)).delivery
        log.info("turn.answered", turn_id=str(turn.id), engine=engine, channel=turn.channel, attempt=turn.attempt)
        if line is not None and passive and not line.take(turn, delivery) and delivery.passive:
            await self._deliverer.report(delivery, Outcome("handed_back"))

    async def _close(self, turn: Turn, done: TurnDone) -> TurnResult:
        for attempt in range(TRIES_TO_CLOSE):
            try:
                return await self._backend.finish_turn(turn.id, done)
            except BackendUnavailable:
                if attempt == TRIES_TO_CLOSE - 1:
                    raise
                await asyncio.sleep(0.2)
        raise AssertionError("unreachable")

    async def _give_up(self, turn: Turn, reason: str) -> None:
        log.error("turn.failed", turn_id=str(turn.id), slug=reason)
        try:
            await self._backend.fail_turn(
                turn.id, TurnFailed(worker=self._worker, epoch=turn.epoch, reason=reason[:80])
            )
        except (BackendUnavailable, Refused):
            log.warning("turn.left_to_lease", turn_id=str(turn.id))
