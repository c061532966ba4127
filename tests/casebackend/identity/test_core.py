"""Level 2 against the double of core banking, over a real socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.customers.model import Customer
from casebackend.identity import core, queries
from casebackend.identity.core_http import HttpCoreBank
from casebackend.identity.model import IdentityTries
from casebackend.identity.ports import Claims, Confirmed, CoreUnavailable, NoCoreBank
from casebackend.identity.rules import Level
from ops.core_bank_double import CoreBankDouble
from tests.casebackend.cases.builders import filed
from tests.casebackend.identity.checks import ON_FILE, Carrier, Check
from tests.world import World


def now() -> datetime:
    """The double lives by the real clock."""
    return datetime.now(UTC)


SECRET = "core-bank-secret-of-the-tests"
PAPER = "11010519491231002X"
RIGHT = Claims("王小明", PAPER, ON_FILE)


@asynccontextmanager
async def banking(*, seconds: float = 20.0) -> AsyncIterator[tuple[CoreBankDouble, HttpCoreBank]]:
    double = CoreBankDouble(SECRET)
    runner = web.AppRunner(double.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    [address] = runner.addresses
    try:
        yield double, HttpCoreBank(f"http://127.0.0.1:{address[1]}", SECRET, seconds=seconds, now=now)
    finally:
        await runner.cleanup()


async def test_only_who_fits_in_all_three_is_confirmed() -> None:
    async with banking() as (_, bank):
        assert await bank.verify(RIGHT) == Confirmed("王小明", ON_FILE)
        for other in (
            Claims("王大明", PAPER, ON_FILE),
            Claims("王小明", "110101199003070513", ON_FILE),
            Claims("王小明", PAPER, "13900000001"),
        ):
            assert await bank.verify(other) is None
        assert bank.breaker.state == "closed"


async def test_neither_side_believes_one_who_does_not_hold_the_secret() -> None:
    async with banking() as (double, bank):
        double.fault = "forged"
        with pytest.raises(CoreUnavailable, match="signature"):
            await bank.verify(RIGHT)
        double.fault, double.secret = "ok", "another-secret"
        with pytest.raises(CoreUnavailable, match="status 401"):
            await bank.verify(RIGHT)


async def test_a_question_that_was_heard_on_the_way_is_not_answered_again() -> None:
    async with banking() as (double, bank):
        heard: dict[str, str] = {}
        trusted = double._trusted

        def listening(request: web.Request, nonce: str, body: bytes) -> bool:
            heard.update(request.headers)
            return trusted(request, nonce, body)

        double._trusted = listening  # type: ignore[method-assign]
        await bank.verify(RIGHT)
        body = '{"name": "王小明", "id_number": "11010519491231002X", "phone": "13800138000"}'.encode()
        async with aiohttp.ClientSession() as http, http.post(bank._asking._url, data=body, headers=heard) as again:
            assert again.status == 401


async def test_a_bank_that_is_down_slow_or_talks_nonsense_is_unavailable_and_then_left_alone() -> None:
    async with banking(seconds=1.0) as (double, bank):
        for fault in ("down", "nonsense", "hang", "down", "down"):
            double.fault = fault
            with pytest.raises(CoreUnavailable):
                await bank.verify(RIGHT)
        asked, bank.breaker._clock = double.asked, lambda: bank.breaker._probe_at - 1
        with pytest.raises(CoreUnavailable, match="breaker open"):
            await bank.verify(RIGHT)
        assert double.asked == asked
        double.fault, bank.breaker._clock = "ok", lambda: bank.breaker._probe_at
        bank._asking._timeout = aiohttp.ClientTimeout(total=20)
        assert await bank.verify(RIGHT) is not None
        assert bank.breaker.state == "closed"


async def test_claims_are_in_no_log_and_in_no_words_of_an_error(caplog: pytest.LogCaptureFixture) -> None:
    async with banking() as (double, bank):
        double.fault = "down"
        with caplog.at_level(logging.DEBUG), pytest.raises(CoreUnavailable) as unavailable:
            await bank.verify(RIGHT)
    said = caplog.text + repr(unavailable.value) + repr(RIGHT)
    assert not any(secret in said for secret in ("王小明", PAPER, ON_FILE))


async def proved(world: World) -> tuple[UUID, UUID]:
    """A conversation at level 1, and the customer whose phone it proved."""
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    assert (await check.says(await carrier.code()))["next"] == "done"
    assert check.conversation is not None
    async with world.database.reading() as session:
        customer = await session.scalar(select(Customer.id).where(Customer.phone_enc.is_not(None)))
    assert customer is not None
    return check.conversation, customer


async def level(world: World, asker: UUID) -> Level:
    async with world.database.reading() as session:
        return (await queries.shown(session, asker, now=world.time)).level


async def test_core_banking_lifts_a_proved_phone_to_level_two_and_no_longer_than_the_level_lasts(world: World) -> None:
    asker, customer = await proved(world)
    async with banking() as (_, bank):
        told = await core.confirm(world.database, bank, asker, customer, " 王小明 ", PAPER.lower(), now=world.time)
    assert told.next == "done"
    assert await level(world, asker) is Level.CORE
    async with world.database.reading() as session:
        events = (await session.scalars(select(AuditEntry.event).where(AuditEntry.chain == f"identity:{asker}"))).all()
    assert events[-1] == "identity.core_verified"
    world.wait(minutes=30)
    assert await level(world, asker) is Level.CHANNEL
    assert (
        await core.confirm(world.database, NoCoreBank(), asker, customer, "王小明", PAPER, now=world.time)
    ).next == ("level")


async def test_three_wrong_papers_lock_the_phone_for_half_an_hour_whoever_goes_on(world: World) -> None:
    asker, customer = await proved(world)
    async with banking() as (double, bank):
        told = [
            await core.confirm(world.database, bank, asker, customer, name, PAPER, now=world.time)
            for name in ("王大明", "王二明", "王三明", "王小明")
        ]
        assert [(each.next, each.left) for each in told] == [
            ("wrong", 2), ("wrong", 1), ("locked", None), ("locked", None),
        ]  # fmt: skip
        assert double.asked == 3
        assert await level(world, asker) is Level.PHONE


async def test_many_at_once_are_no_more_guesses(world: World) -> None:
    asker, customer = await proved(world)
    async with banking() as (double, bank):
        tries = [core.confirm(world.database, bank, asker, customer, "王大明", PAPER, now=world.time) for _ in range(6)]
        told = await asyncio.gather(*tries)
        assert double.asked == 3
        assert sorted(each.next for each in told) == ["locked"] * 4 + ["wrong"] * 2


async def test_where_the_bank_does_not_answer_the_level_stays_and_no_try_is_lost(world: World) -> None:
    asker, customer = await proved(world)
    for _ in range(4):
        told = await core.confirm(world.database, NoCoreBank(), asker, customer, "王小明", PAPER, now=world.time)
        assert told.next == "unavailable"
    assert await level(world, asker) is Level.PHONE
    async with world.database.reading() as session:
        tries = await session.scalar(select(IdentityTries).where(IdentityTries.about.startswith("core:")))
    assert tries is not None
    assert (tries.wrong, tries.locked_until) == (0, None)


async def test_nobody_is_confirmed_for_a_phone_that_he_has_not_proved(world: World) -> None:
    receipt = await filed(world)
    async with world.database.reading() as session:
        customer = await session.scalar(select(Customer.id).where(Customer.phone_enc.is_not(None)))
    assert customer is not None
    conversation = (await world.says("你好")).conversation_id
    async with banking() as (double, bank):
        told = await core.confirm(world.database, bank, conversation, customer, "王小明", PAPER, now=world.time)
        assert (told.next, double.asked) == ("level", 0)
    assert receipt.number
