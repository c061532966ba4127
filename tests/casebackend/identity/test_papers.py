"""Level 2 in a conversation: the paper's number is asked for after the code, and is kept nowhere."""

import logging
from typing import Any

import pytest
from sqlalchemy import select

from casebackend.api.drafts import CaseReceipt
from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.customers.model import ChannelIdentity, Customer, PersonalValue
from casebackend.identity.ports import Claims, Confirmed
from casebackend.schema import METADATA
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.identity.checks import ON_FILE, Carrier, Check, wrong
from tests.casebackend.identity.test_core import PAPER, banking
from tests.world import World

OTHERS_PAPER = "110101199003070513"


async def registered(world: World) -> CaseReceipt:
    """A complaint of somebody whom the double of core banking knows."""
    receipt = await filed(world)
    async with world.database.transaction() as session:
        await customers.register(
            session, channel="webchat", sender="customer-1", name="王小明", phone=None, id_number=None, now=world.time
        )
    return receipt


async def shows(world: World, check: Check, words: str) -> dict[str, Any]:
    receipt = await world.says(words, sender=check.sender)
    check.conversation = receipt.conversation_id
    said = await world.act(f"/conversations/{receipt.conversation_id}/details", receipt.message_id)
    answer: dict[str, Any] = said.json()
    return answer


async def test_who_wants_to_read_the_answer_shows_a_code_and_then_a_paper_and_reads_it_masked(world: World) -> None:
    receipt = await registered(world)
    await Desk(world).replied(receipt.case_id)
    carrier, check = await Carrier.ready(world), Check(world)
    words = f"看答复全文{receipt.number}"
    assert await shows(world, check, words) == {
        "outcome": "level", "needs": 2, "number": None, "details": None, "cases": [],
    }  # fmt: skip
    first = await check.wants("details", words)
    assert (first["next"], first["needs"]) == ("phone", 2)
    asked = await check.proved(carrier, "details", words)
    assert (asked["next"], asked["understood"], asked["named"]) == ("paper", True, True)
    assert (await shows(world, check, words))["outcome"] == "level", "level 1 is not enough"
    async with banking() as (double, bank):
        world.app.ctx.core_bank = bank
        assert (await check.says("为什么要证件"))["understood"] is False
        done = await check.claims(f"我的密码是135790，证件{PAPER}")
        assert (done["next"], done["action"], double.asked) == ("done", "details", 1)
    told = await world.act(f"/conversations/{check.conversation}/details", done["message_id"])
    given = told.json()
    assert (given["outcome"], given["number"]) == ("shown", receipt.number)
    assert "年费" in given["details"]["facts"]
    assert "经核实" in given["details"]["reply"]
    for secret in ("王小明", ON_FILE, PAPER, "135790"):
        assert secret not in told.text
    async with world.database.reading() as session:
        kinds = select(TimelineEntry.detail).where(TimelineEntry.kind == "case.details_read")
        assert (await session.scalars(kinds)).all() == [{"level": 2}]
    world.wait(minutes=30)
    assert (await shows(world, check, words))["outcome"] == "level"


async def test_the_claims_are_in_no_table_no_log_and_no_audit_line(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await registered(world)
    carrier, check = await Carrier.ready(world), Check(world)
    canary = "王翯翾"
    with caplog.at_level(logging.DEBUG):
        await check.proved(carrier, "details", "看答复全文")
        async with banking() as (_, bank):
            world.app.ctx.core_bank = bank
            assert (await check.claims(f"{canary} {OTHERS_PAPER}"))["next"] == "paper_wrong"
            assert (await check.claims(f"王小明 {PAPER}"))["next"] == "done"
    async with world.database.reading() as session:
        for table in METADATA.sorted_tables:
            for row in (await session.execute(select(table))).all():
                assert not any(each in repr(row) for each in (canary, OTHERS_PAPER, PAPER)), table.name
        vault = customers.vault(session)
        for value in (await session.scalars(select(PersonalValue))).all():
            plain = vault.open("personal_values", "value_enc", value.id, value.value_enc)
            assert plain not in (OTHERS_PAPER, PAPER), "not even encrypted"
        events = (await session.scalars(select(AuditEntry.event).order_by(AuditEntry.at))).all()
    assert {"identity.core_wrong", "identity.core_verified"} <= set(events)
    assert not any(each in caplog.text for each in (canary, OTHERS_PAPER, PAPER))


async def test_three_papers_that_do_not_fit_lock_for_half_an_hour_and_nobody_else(world: World) -> None:
    await registered(world)
    carrier, check, device = await Carrier.ready(world), Check(world), Check(world, "second-device")
    await check.proved(carrier, "details", "看答复全文")
    async with banking() as (double, bank):
        world.app.ctx.core_bank = bank
        steps = [await check.claims(f"王小明 {OTHERS_PAPER}") for _ in range(3)]
        assert [(step["next"], step["left"], step["until"]) for step in steps] == [
            ("paper_wrong", 2, None), ("paper_wrong", 1, None), ("paper_locked", None, "2026-03-02T02:30:00Z"),
        ]  # fmt: skip
        assert (await check.says(PAPER))["next"] == "nothing"
        assert (await check.wants("details", "看答复全文"))["next"] == "paper_locked"
        assert (await check.wants("progress", "查进度"))["next"] == "done", "level 1 stays"
        assert (await device.proved(carrier, "details", "看答复全文"))["next"] == "paper_locked", "a way round the lock"
        assert double.asked == 3
        await another_customer(world)
        stranger = Check(world, "somebody-elses-device")
        await stranger.wants("details", "看答复全文")
        await stranger.says("13812345678")
        assert (await stranger.says(await carrier.code()))["next"] == "paper"
        assert (await stranger.claims(f"李晓芸 {OTHERS_PAPER}"))["next"] == "done", "the lock of one locks no other"
        world.wait(minutes=30)
        await check.proved(carrier, "details", "看答复全文")
        assert (await check.claims(PAPER))["next"] == "done"


async def another_customer(world: World) -> None:
    async with world.database.transaction() as session:
        await customers.register(
            session, channel="webchat", sender="x", name="李晓芸", phone="13812345678", id_number=None, now=world.time
        )


async def test_a_bank_that_does_not_answer_costs_no_try_and_the_same_message_asks_it_once(world: World) -> None:
    await registered(world)
    carrier, check = await Carrier.ready(world), Check(world)
    await check.proved(carrier, "details", "看答复全文")
    assert (await check.claims(PAPER))["next"] == "unavailable"
    assert (await check.wants("details", "看答复全文"))["next"] == "paper"
    async with banking() as (double, bank):
        world.app.ctx.core_bank = bank
        receipt = await world.says(PAPER, sender=check.sender)
        body = {"message_id": str(receipt.message_id)}
        assert (await check._posted("identity/answer", body))["next"] == "check"
        for _ in range(2):
            assert (await check._posted("identity/confirm", body))["next"] == "done"
        assert double.asked == 1
        other = {"message_id": str((await world.says(PAPER, sender=check.sender)).message_id)}
        assert (await check._posted("identity/confirm", other))["next"] == "nothing"


async def test_in_a_family_with_one_phone_each_reads_his_own(world: World) -> None:
    receipt = await registered(world)
    async with world.database.transaction() as session:
        await customers.register(
            session, channel="webchat", sender="wife", name="李晓芸", phone=ON_FILE, id_number=None, now=world.time
        )
    carrier, check = await Carrier.ready(world), Check(world)
    await check.proved(carrier, "details", f"看答复全文{receipt.number}")
    world.app.ctx.core_bank = Family()
    done = await check.claims(f"李晓芸 {OTHERS_PAPER}")
    assert done["next"] == "done"
    foreign = await shows(world, check, f"看答复全文{receipt.number}")
    assert (foreign["outcome"], foreign["details"]) == ("foreign", None)
    made_up = await shows(world, check, "看答复全文TS20260302999999")
    assert made_up == foreign, "whether there is such a number cannot be told from the answer"
    async with world.database.reading() as session:
        rows = await session.execute(select(Customer.name_masked, ChannelIdentity.sender).join(ChannelIdentity))
        assert {sender: name for name, sender in rows}["customer-1"] == "王**"


class Family:
    """A core bank that knows two people with one phone."""

    async def verify(self, claims: Claims) -> Confirmed | None:
        known = {("王小明", PAPER), ("李晓芸", OTHERS_PAPER)}
        return Confirmed(claims.name, claims.phone) if (claims.name, claims.id_number) in known else None


async def test_a_paper_that_stands_in_the_form_too_is_not_wiped_there(world: World) -> None:
    await registered(world)
    carrier, check = await Carrier.ready(world), Check(world)
    form = await world.says(f"我的身份证号是{PAPER}，多扣了年费", sender=check.sender)
    await check.proved(carrier, "details", "看答复全文")
    async with banking() as (_, bank):
        world.app.ctx.core_bank = bank
        assert (await check.claims(PAPER))["next"] == "done"
    async with world.database.reading() as session:
        shown = await customers.reveal(session, form.conversation_id, "[证件#1][证件#2]")
    assert shown == PAPER


async def test_a_code_is_no_paper_and_a_paper_no_code(world: World) -> None:
    await registered(world)
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("details", "看答复全文")
    await check.says(ON_FILE)
    assert (await check.claims(PAPER))["next"] == "code"
    code = await carrier.code()
    assert (await check.says(wrong(code)))["next"] == "wrong"
    assert (await check.says(code))["next"] == "paper"
    assert (await check.claims("123456"))["next"] == "unavailable", "a paper like any other"
    assert (await check.wants("details", "看答复全文"))["next"] == "paper"
    assert (await check.says("我不想说"))["understood"] is False
    assert (await check.says("不用了"))["next"] == "stopped"
    async with world.database.reading() as session:
        assert (await session.scalars(select(Case.id))).all() != []
