"""Each commit point of the chain is passed by some business, and a fault there loses and doubles nothing."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

import casebackend
from casebackend import failpoints
from casebackend.api.client import CaseBackend, Refused
from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.conversations.model import Delivery, Message, Turn
from casebackend.outbox.model import OutboxMessage
from casebackend.worker import Worker
from tests.casebackend.workers import worker
from tests.contracts.customer import Customer
from tests.world import World

# keys/test_service.py; contracts/test_upload_kills.py
ELSEWHERE = ("keys.", "attachment.")
EFFECTS = ("raise@1", "sleep:20")


class Persistent(CaseBackend):
    """The client of a program that asks again, once its lease is out, when the backend has failed."""

    def __init__(self, world: World, token: str) -> None:
        super().__init__("http://casebackend", token)
        self._world = world
        self._wire = world.client(token)
        self.failures = 0

    async def _call(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        *,
        key: str | None = None,
        params: dict[str, str] | None = None,
        extra: float = 0,
    ) -> bytes | None:
        headers = {"Idempotency-Key": key} if key else {}
        content = body.model_dump_json() if body is not None else None
        for _ in range(2):
            answer = await self._wire.request(method, f"/api/v1{path}", content=content, params=params, headers=headers)
            if answer.status_code < 400:
                return answer.content or None
            if answer.status_code < 500:
                raise Refused(answer.status_code, answer.json())
            self.failures += 1
            self._world.wait(seconds=11)
        raise AssertionError(f"{method} {path} fails again")


class Story:
    def __init__(self, world: World) -> None:
        self.world = world
        self.channels, self.actions = Persistent(world, "channels"), Persistent(world, "actions")
        self.customer = Customer(self.channels, self.actions, now=lambda: world.time)
        self.worker: Worker = worker(world)

    async def told(self, *, curious: bool, late: bool) -> None:
        await self.customer.complains()
        await self.customer.receives()
        if curious:
            await self.customer.says("你们信用卡年费怎么收了两次")
            assert await self.actions.answer_question(self.customer.conversation, self.customer.message) is not None
            await self.customer.hears("请看")
        if late:
            self.world.wait(days=20)
            for _ in range(3):
                await self.worker.guarded(self.worker.tick)
                await self.worker.posted()

    async def holds(self, *, late: bool) -> None:
        """Everything that was said is there once."""
        async with self.world.database.reading() as session:
            stored = list(await session.scalars(select(Message.external_id).where(Message.external_id.is_not(None))))
            assert sorted(stored, key=str) == sorted(self.customer.said)
            assert set(await session.scalars(select(Turn.state))) == {"answered"}
            assert await session.scalar(select(func.count()).select_from(Turn)) == len(self.customer.said)
            assert await session.scalar(select(func.count()).select_from(Delivery)) == len(self.customer.said)
            assert await session.scalar(select(func.count()).select_from(Case)) == 1
            overdue = await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "clock.overdue"))
            clocks = await session.scalars(select(Timer.id)) if late else ()
            assert sorted(each["timer_id"] for each in overdue) == sorted(map(str, clocks))
            undone = select(func.count()).where(OutboxMessage.done_at.is_(None))
            assert late <= (await session.scalar(undone) == 0)
            assert await check(session, now=self.world.time) == []


@asynccontextmanager
async def armed(name: str, effect: str) -> AsyncIterator[Callable[[], int]]:
    failpoints.arm(name, effect)
    try:
        yield lambda: failpoints.hits(name)
    finally:
        failpoints.disarm()


OF_THIS_STORY = sorted(name for name in failpoints.NAMES if not name.startswith(ELSEWHERE))


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("name", OF_THIS_STORY)
async def test_a_fault_at_a_commit_point_loses_and_doubles_nothing(world: World, name: str, effect: str) -> None:
    story = Story(world)
    curious, late = name.startswith("knowledge."), name.startswith(("timer.", "outbox.", "notice."))
    async with armed(name, effect) as hits:
        await story.told(curious=curious, late=late)
        assert hits() > 0, f"no business passes {name}"
    failed = story.channels.failures + story.actions.failures
    assert failed == (effect.startswith("raise") and not late)
    await story.holds(late=late)


def test_every_name_has_its_place_and_every_place_its_name() -> None:
    sources = Path(casebackend.__file__).parent.rglob("*.py")
    placed = {name for path in sources for name in re.findall(r'await failpoint\("([^"]+)"\)', path.read_text("utf-8"))}
    assert placed == failpoints.NAMES


def test_a_misspelt_name_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGSU_FAILPOINTS", "case.before_comit=kill")
    with pytest.raises(ValueError, match=r"case\.before_comit"):
        failpoints.arm_from_environment()


async def test_only_the_chosen_hit_fails_and_nothing_happens_when_nothing_is_armed() -> None:
    async with armed("inbox.before_insert", "raise@2") as hits:
        await failpoints.failpoint("inbox.before_insert")
        with pytest.raises(failpoints.InjectedFault):
            await failpoints.failpoint("inbox.before_insert")
        await failpoints.failpoint("inbox.before_insert")
        assert hits() == 3
    await failpoints.failpoint("inbox.before_insert")
    assert failpoints.hits("inbox.before_insert") == 0
