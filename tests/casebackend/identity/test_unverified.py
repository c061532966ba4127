"""A web chat is known by its browser only: what was registered in it is shown and changed after a code to the phone."""

import pytest
from sqlalchemy import update

from casebackend.cases.model import Case
from casebackend.conversations.rules import Channel
from casebackend.customers.model import Customer
from casebackend.identity.levels import table
from casebackend.identity.rules import Action, Level, Where, where
from tests.casebackend.cases.builders import ask, case_of, drafted, filed
from tests.casebackend.identity.checks import Carrier, Check
from tests.casebackend.identity.test_elsewhere import ACTIONS, asks
from tests.world import World

HOME = "customer-1"


@pytest.mark.parametrize("action", [each for each in Action if each.value in {*ACTIONS, "join", "pickup"}])
def test_nothing_that_shows_or_changes_a_complaint_is_open_to_a_browser_alone(action: Action) -> None:
    assert table()[action, Where.UNVERIFIED].level == Level.PHONE
    assert table()[action, Where.HERE].level == Level.CHANNEL
    assert [where(each) for each in (Channel.WECHAT, Channel.WEBCHAT)] == [Where.HERE, Where.UNVERIFIED]


async def test_the_code_goes_to_the_phone_on_file_without_asking_for_its_number(world: World) -> None:
    receipt = await filed(world)
    carrier, check = await Carrier.ready(world), Check(world, HOME)
    for what, words in ACTIONS.items():
        told = await asks(world, check, what, words.format(receipt.number))
        assert told.get("outcome") == "unproved" or told["unproved"] is True, what
        assert receipt.number not in str(told), what
    step = await check.wants("withdraw", "我要撤诉", here=True)
    assert (step["next"], step["sent_to"]) == ("code", "138****8000")
    done = await check.says(await carrier.code())
    assert (done["next"], done["action"]) == ("done", "withdraw")
    confirm = await world.act(f"/conversations/{check.conversation}/withdraw", done["message_id"])
    assert confirm.json()["outcome"] == "confirm"
    await ask(world, check.conversation, "withdraw")  # type: ignore[arg-type]
    assert (await asks(world, check, "withdraw", "确定撤诉"))["outcome"] == "withdrawn"
    assert (await case_of(world, receipt.case_id)).status == "withdrawn"


async def test_a_yes_after_the_level_has_ended_withdraws_nothing(world: World) -> None:
    receipt = await filed(world)
    carrier, check = await Carrier.ready(world), Check(world, HOME)
    await check.wants("withdraw", "我要撤诉", here=True)
    done = await check.says(await carrier.code())
    await world.act(f"/conversations/{check.conversation}/withdraw", done["message_id"])
    world.wait(minutes=31)
    await ask(world, check.conversation, "withdraw")  # type: ignore[arg-type]
    assert (await asks(world, check, "withdraw", "确定撤诉"))["outcome"] == "unproved"
    assert (await case_of(world, receipt.case_id)).status == "pending_review"


async def test_without_a_phone_on_file_no_code_can_help(world: World) -> None:
    await filed(world)
    check = Check(world, HOME)
    async with world.database.transaction() as session:
        await session.execute(update(Customer).values(phone_enc=None, phone_index=None, phone_masked=None))
    assert (await asks(world, check, "withdraw", "撤诉"))["outcome"] == "unproved"
    assert (await check.wants("withdraw", "撤诉", here=True))["next"] == "no_phone"


async def test_the_next_one_at_the_same_browser_opens_nothing_with_a_phone_of_his_own(world: World) -> None:
    first = await filed(world)
    conversation, _ = await drafted(world)
    changed = await world.says("电话改成13911112222", sender=HOME)
    await world.act(f"/conversations/{conversation}/draft/absorb", changed.message_id)
    await ask(world, conversation, None)
    assert (await world.act(f"/conversations/{conversation}/draft/file", changed.message_id)).status_code == 201
    carrier, check = await Carrier.ready(world), Check(world, HOME)
    step = await check.wants("progress", "查进度", here=True)
    assert step["sent_to"] == "139****2222"
    await check.says(await carrier.code())
    told = await asks(world, check, "progress", "查进度")
    assert [case["number"] for case in told["cases"]] != []
    assert first.number not in str(told)
    assert (await asks(world, check, "withdraw", f"撤诉{first.number}"))["outcome"] == "unproved"
    async with world.database.reading() as session:
        assert (await session.get_one(Case, first.case_id)).status == "pending_review"


async def test_the_pick_up_code_of_the_receipt_needs_no_code_and_a_new_one_does(world: World) -> None:
    receipt = await filed(world)
    check = Check(world, HOME)

    async def code(words: str) -> str | None:
        message = await world.says(words, sender=HOME)
        check.conversation = message.conversation_id
        body = {"message_id": str(message.message_id), "number": receipt.number}
        said = await world.actions.post(f"/api/v1/conversations/{check.conversation}/pickup-code", json=body)
        assert said.status_code == 200, said.text
        return str(said.json()["code"]) if said.json()["code"] else None

    assert await code("确认提交") is not None
    assert await code("查进度，重发取件码") is None


async def test_who_is_known_by_wechat_shows_nothing_more(world: World) -> None:
    receipt = await filed(world, channel=Channel.WECHAT)
    world.spoken_by = Channel.WECHAT
    told = await asks(world, Check(world, HOME), "progress", "查进度")
    assert [case["number"] for case in told["cases"]] == [receipt.number]
