from typing import Any

import pytest
from sqlalchemy import func, select

from casebackend.identity.model import IdentityCode, IdentityTalk
from casebackend.pickups import visiting
from casebackend.pickups.model import PickupCode, Visit
from casebackend.schema import METADATA
from tests.casebackend.identity.checks import ON_FILE, Carrier, Check, wrong
from tests.casebackend.pickups.visits import Guest, asked_again, pickup_code, receipt_with_code
from tests.statements import counted
from tests.world import World

UNKNOWN = "2345-6789"


async def test_pick_up_code_and_one_time_code_together_open_the_complaint_and_nothing_else(world: World) -> None:
    receipt, code = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    assert await guest.comes_with(code.lower()) == {"minutes": 5}
    assert (await guest.sees()).status_code == 403
    assert (await guest.does("urge")).json()["type"] == "/problems/level-too-low"
    assert await guest.answers(await carrier.code()) == {"next": "done", "left": None, "until": None}
    assert await carrier.sent_to() == [ON_FILE]
    seen = (await guest.sees()).json()
    assert (seen["number"], seen["confirmed"], seen["details"]) == (receipt.number, False, None)
    assert seen["promised"].startswith("最晚 ")
    assert seen["promised"].endswith(" 24:00 前答复")
    assert seen["days_left"] == (receipt.promised_on - world.time.date()).days
    assert seen["may"] == ["urge", "supplement", "withdraw"]


async def test_a_number_alone_and_a_pick_up_code_alone_open_nothing(world: World) -> None:
    receipt, _ = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(receipt.number)
    assert [(await guest.answers("123456"))["next"] for _ in range(3)] == ["wrong", "wrong", "locked"]
    assert await carrier.sent_to() == []


async def test_a_wrong_pick_up_code_and_a_wrong_one_time_code_are_answered_the_same_by_the_same_statements(
    world: World,
) -> None:
    _, code = await receipt_with_code(world)
    carrier = await Carrier.ready(world)
    heard: list[list[Any]] = []
    await Guest(world).comes_with("whoever comes first fills the caches")
    for typed in (code, UNKNOWN, "没有取件码"):
        guest = Guest(world)
        said: list[Any] = []
        with counted(world) as first:
            said.append(await guest.comes_with(typed))
        await carrier.worker.send_codes()
        seen = (await guest.sees()).json()
        said.append((seen["status"], seen["type"]))
        for _ in range(4):
            with counted(world) as second:
                said.append(await guest.answers("not-a-code"))
            said.append(len(second))
        said += [len(first), (await guest.does("withdraw")).status_code]
        said.append((await guest.does("confirm", {"name": "王小明", "id_number": "11010519491231002X"})).status_code)
        heard.append(said)
    assert heard[0] == heard[1] == heard[2]
    assert heard[0][2]["left"] == 2
    assert heard[0][6]["next"] == heard[0][8]["next"] == "locked"


async def test_three_wrong_codes_lock_the_pick_up_code_over_all_visits_for_half_an_hour(world: World) -> None:
    _, code = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    right = await carrier.code()
    assert [(await guest.answers(wrong(right)))["left"] for _ in range(2)] == [2, 1]
    await guest.comes_with(code)
    right = await carrier.code()
    assert (await guest.answers(wrong(right)))["until"] == "2026-03-02T02:30:00Z"
    assert (await guest.answers(right))["next"] == "locked"
    await guest.comes_with(code)
    sent = len(await carrier.sent_to())
    assert (await guest.answers("123456"))["next"] == "locked"
    assert len(await carrier.sent_to()) == sent
    world.wait(minutes=30)
    await guest.comes_with(code)
    assert (await guest.answers(await carrier.code()))["next"] == "done"


async def test_guessing_at_the_page_locks_nobody_out_of_the_chat(world: World) -> None:
    receipt, code = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    right = await carrier.code()
    for _ in range(3):
        await guest.answers(wrong(right))
    check = Check(world, "other-device")
    await check.wants("progress", f"查{receipt.number}")
    await check.says(ON_FILE)
    assert (await check.says(await carrier.code()))["next"] == "done"


async def test_a_visit_ends_after_a_quarter_of_an_hour_or_when_it_is_ended_and_is_forgotten(world: World) -> None:
    _, code = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    await guest.answers(await carrier.code())
    world.wait(minutes=14)
    assert (await guest.sees()).status_code == 200
    assert (await guest.does("end")).status_code == 204
    assert (await guest.sees()).json()["type"] == "/problems/visit-ended"
    assert (await guest.answers("123456"))["next"] == "ended"
    await guest.comes_with(code)
    await guest.answers(await carrier.code())
    world.wait(minutes=15)
    assert (await guest.sees()).status_code == 404
    async with world.database.transaction() as session:
        await visiting.forget(session, now=world.time)
        for table in (Visit, IdentityTalk):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.usefixtures("known_senders")
async def test_a_new_code_ends_the_old_one_and_only_who_may_ask_about_the_case_gets_one(world: World) -> None:
    receipt, old = await receipt_with_code(world)
    assert await pickup_code(world, receipt.number, sender="stranger") is None
    asks = await world.says("取件码丢了")
    first, again = [
        (await asked_again(world, asks.conversation_id, asks.message_id, receipt.number)).json()["code"]
        for _ in range(2)
    ]
    assert first == again != old
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(old)
    assert await carrier.sent_to() == []
    await guest.comes_with(first)
    assert (await guest.answers(await carrier.code()))["next"] == "done"


async def test_from_elsewhere_a_new_code_takes_the_phone_first(world: World) -> None:
    receipt, _ = await receipt_with_code(world)
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{receipt.number}")
    await check.says(ON_FILE)
    await check.says(await carrier.code())
    assert await pickup_code(world, receipt.number, sender=check.sender) is not None


async def test_neither_code_stands_anywhere_in_the_database(world: World) -> None:
    _, code = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    once = await carrier.code()
    await guest.answers(once)
    async with world.database.reading() as session:
        for table in METADATA.sorted_tables:
            for row in (await session.execute(select(table))).all():
                held = repr(row)
                assert code not in held, table.name
                assert code.replace("-", "") not in held, table.name
                assert f"'{once}'" not in held, table.name
        assert (await session.scalars(select(IdentityCode.digest).where(IdentityCode.digest.is_not(None)))).all() == []
        assert await session.scalar(select(func.count()).select_from(PickupCode)) == 1
