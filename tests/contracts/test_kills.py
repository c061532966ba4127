"""F20: the web process is killed at any moment. What was acknowledged is kept, once; the rest is not there at all."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import BaseModel
from sqlalchemy import func, select

from casebackend import failpoints
from casebackend.api.client import BackendUnavailable, CaseBackend
from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.connection import open_database
from casebackend.conversations.model import Message
from tests.contracts.customer import Customer
from tests.contracts.history import History, compared
from tests.contracts.killing import killed_under_load
from tests.contracts.served import Served
from tests.world import TOKENS

KILLS = 50
OF_THE_WORKER = ("timer.", "outbox.", "notice.", "keys.", "attachment.")
OF_THE_WEB = sorted(name for name in failpoints.NAMES if not name.startswith(OF_THE_WORKER))


async def broken(served: Served) -> list[str]:
    """What an operator's `check` finds; the audit chains and SQLite's integrity_check are part of it."""
    database = open_database(served.settings)
    async with database.reading() as session:
        found = await check(session, now=datetime.now(UTC))
    await database.dispose()
    return found


@pytest.mark.timeout(600)
async def test_fifty_kills_under_load_lose_and_double_nothing(killed: Served) -> None:
    history = await killed_under_load(killed, KILLS)
    assert await compared(killed, history) == []
    killed.healthy()
    assert len(history.messages) > 5 * KILLS
    assert len(history.filings) > KILLS
    assert history.duplicates > len(history.messages) / 20
    assert history.unanswered > KILLS
    print(f"{len(history.messages)} messages, {len(history.filings)} filings, {history.unanswered} unanswered")  # noqa: T201


async def test_the_comparison_itself_sees_a_loss_and_a_wrong_number(killed: Served) -> None:
    history = History(messages={"m1": uuid4()}, filings={uuid4(): "TS20260302000001"})
    assert await compared(killed, history) == ["message m1 is lost", "case TS20260302000001 is lost"]


class Persistent(CaseBackend):
    """Starts the web process again when it is gone, and asks again."""

    def __init__(self, served: Served, token: str) -> None:
        super().__init__(served.address, TOKENS[token], deadline=5)
        self.served = served
        self.deaths: list[int] = []

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
        try:
            return await super()._call(method, path, body, key=key, params=params, extra=extra)
        except BackendUnavailable:
            self.deaths.append(await asyncio.to_thread(self.served.ended))
            await asyncio.to_thread(self.served.fork)
            return await super()._call(method, path, body, key=key, params=params, extra=extra)


@pytest_asyncio.fixture
async def persistent(killed: Served) -> AsyncIterator[tuple[Persistent, Persistent]]:
    async with Persistent(killed, "channels") as channels, Persistent(killed, "actions") as actions:
        yield channels, actions


@pytest.mark.parametrize("name", OF_THE_WEB)
async def test_a_kill_at_a_commit_point_loses_and_doubles_nothing(
    killed: Served, persistent: tuple[Persistent, Persistent], name: str
) -> None:
    channels, actions = persistent
    await asyncio.to_thread(killed.fork, f"{name}=kill@1")
    customer = Customer(channels, actions)
    receipt = await customer.complains()
    await customer.receives()
    if name.startswith("knowledge."):
        await customer.says("你们信用卡年费怎么收了两次")
        assert await actions.answer_question(customer.conversation, customer.message) is not None
    assert channels.deaths + actions.deaths == [-signal.SIGKILL]
    await asyncio.to_thread(killed.kill)
    database = open_database(killed.settings)
    async with database.reading() as session:
        assert list(await session.scalars(select(Case.number))) == [receipt.number]
        stored = await session.scalars(select(Message.external_id).where(Message.external_id.is_not(None)))
        assert sorted(stored, key=str) == sorted(customer.said)
        assert await session.scalar(select(func.count()).select_from(Case)) == 1
    await database.dispose()
    assert await broken(killed) == []
