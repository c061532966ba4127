"""What the core system says of a card: one set of sentences for the double and for the adapter over a real socket."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from casebackend.parties.configured import core
from casebackend.parties.core_http import HttpCore
from casebackend.parties.doubles import AwayCore, ConsoleCore
from casebackend.parties.ports import Core, NoCore
from casebackend.parties.rules import Finding, ObjectKind
from ops.core_bank_double import CoreBankDouble
from tests.casebackend.attachments.worlds import world_with
from tests.casebackend.registration.takers import Counter
from tests.casebackend.test_settings import settings
from tests.world import World

SECRET = "core-bank-secret-of-the-tests"
CARD, MISTYPED = "6222021234567894", "6222021234567890"


def now() -> datetime:
    """The double lives by the real clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def serving(*, seconds: float = 120.0) -> AsyncIterator[tuple[CoreBankDouble, HttpCore]]:
    double = CoreBankDouble(SECRET)
    runner = web.AppRunner(double.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    [address] = runner.addresses
    adapter = HttpCore(f"http://127.0.0.1:{address[1]}", SECRET, seconds=seconds, now=now)
    try:
        yield double, adapter
    finally:
        await runner.cleanup()


class CoreContract:
    """Whatever stands behind the port: a bank's own adapter is to pass the same sentences."""

    def core(self) -> AbstractAsyncContextManager[Core]:
        raise NotImplementedError

    def away(self) -> AbstractAsyncContextManager[Core]:
        raise NotImplementedError

    async def test_a_card_is_known_or_not_and_neither_is_an_error(self) -> None:
        async with self.core() as asked:
            assert await asked.find(ObjectKind.CARD, CARD) is Finding.KNOWN
            assert await asked.find(ObjectKind.CARD, MISTYPED) is Finding.UNKNOWN
            assert await asked.find(ObjectKind.CARD, "卡号不详 <'\";>") is Finding.UNKNOWN

    async def test_of_what_it_does_not_keep_it_says_so(self) -> None:
        async with self.core() as asked:
            for kind in (ObjectKind.ACCOUNT, ObjectKind.PRODUCT, ObjectKind.POLICY):
                assert await asked.find(kind, CARD) is Finding.UNCHECKED

    async def test_one_that_is_away_checks_nothing_and_stops_no_complaint(self) -> None:
        async with self.away() as asked, world_with() as world:
            world.database.info["core"] = asked
            assert await findings(world, CARD) == {"卡号": "未核对"}


class TestTheDouble(CoreContract):
    @asynccontextmanager
    async def core(self) -> AsyncIterator[Core]:
        yield ConsoleCore()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[Core]:
        yield AwayCore()


class TestTheAdapter(CoreContract):
    @asynccontextmanager
    async def core(self) -> AsyncIterator[Core]:
        async with serving() as (_, adapter):
            yield adapter

    @asynccontextmanager
    async def away(self) -> AsyncIterator[Core]:
        async with serving() as (double, adapter):
            double.fault = "down"
            yield adapter


async def findings(world: World, card: str) -> dict[str, str]:
    """As the page of the case says them."""
    counter = Counter(world)
    made = await counter.sure(objects=[{"kind": "card", "value": card}])
    page = (await (await counter.desk.browser("lead")).get(f"/cases/{made['number']}/registration")).text
    said = [words for words in ("已核对", "未查到", "未核对") if f">{words}</span>" in page]
    assert len(said) == 1
    return {"卡号": said[0]}


async def test_without_a_core_system_no_page_calls_a_card_checked(world: World) -> None:
    assert world.settings.core_objects == "none"
    assert await findings(world, CARD) == {"卡号": "未核对"}


async def test_the_demo_checks_the_digit_and_a_bank_is_asked_over_http() -> None:
    async with world_with(core_objects="demo") as world:
        assert await findings(world, CARD) == {"卡号": "已核对"}
        assert await findings(world, MISTYPED) == {"卡号": "未查到"}
    async with serving() as (double, adapter), world_with() as world:
        world.database.info["core"] = adapter
        assert await findings(world, CARD) == {"卡号": "已核对"}
        assert double.asked == 1


def test_the_settings_say_who_is_asked() -> None:
    bank = {"core_bank_url": "https://core.bank.example", "core_bank_secret": SECRET}
    assert isinstance(core(settings(), now=now), NoCore)
    assert isinstance(core(settings(**bank), now=now), NoCore)
    assert isinstance(core(settings(core_objects="demo"), now=now), ConsoleCore)
    assert isinstance(core(settings(core_objects="bank", **bank), now=now), HttpCore)


@pytest.mark.parametrize("fault", ["down", "forged", "nonsense"])
async def test_an_answer_that_cannot_be_trusted_is_none(fault: str) -> None:
    async with serving() as (double, adapter):
        double.fault = fault
        assert await adapter.find(ObjectKind.CARD, CARD) is Finding.UNCHECKED
        double.fault, double.secret = "ok", "another-secret"
        assert await adapter.find(ObjectKind.CARD, CARD) is Finding.UNCHECKED


async def test_one_that_hangs_is_waited_for_no_longer_than_said_and_then_left_alone() -> None:
    async with serving(seconds=0.2) as (double, adapter):
        double.fault = "hang"
        for _ in range(5):
            assert await adapter.find(ObjectKind.CARD, CARD) is Finding.UNCHECKED
        asked, adapter.breaker._clock = double.asked, lambda: adapter.breaker._probe_at - 1
        assert await adapter.find(ObjectKind.CARD, CARD) is Finding.UNCHECKED
        assert double.asked == asked
        double.fault, adapter.breaker._clock = "ok", lambda: adapter.breaker._probe_at
        adapter._asking._timeout = aiohttp.ClientTimeout(total=120)
        assert await adapter.find(ObjectKind.CARD, CARD) is Finding.KNOWN
        assert adapter.breaker.state == "closed"


async def test_no_number_is_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as (double, adapter):
        double.fault = "forged"
        with caplog.at_level(logging.DEBUG), capture_logs() as events:
            await adapter.find(ObjectKind.CARD, CARD)
    assert [each["event"] for each in events] == ["core.unavailable"]
    assert CARD[-4:] not in caplog.text + repr(events)
