"""At a web chat the customer shows that the phone of the complaint is his before anything is told or done."""

import pytest
from sqlalchemy import update

from casebackend.conversations.rules import Channel
from casebackend.customers.model import Customer
from tests.actions.desk import Desk
from tests.actions.test_afterwards import AGAIN, filled
from tests.actions.test_identity import newest_code

ASKED = ["utter_identity_needed_here", "utter_identity_code_sent"]


@pytest.fixture(autouse=True)
def browser(desk: Desk) -> None:
    desk.world.spoken_by = Channel.WEBCHAT


async def answers(desk: Desk, code: str) -> list[str]:
    return await desk.say(code, "action_identity", purpose="inform")


async def test_the_withdrawal_takes_code_and_yes_and_the_number_of_the_phone_is_not_asked_for(desk: Desk) -> None:
    number = await desk.file()
    assert await desk.say("我想撤诉", "action_withdraw") == ASKED
    assert ("138****5678" in desk.words, number in desk.words) == (True, False)
    assert (desk.open, desk.choices[-1]) == ("identity.code", "不用了")
    assert await answers(desk, await newest_code(desk)) == ["utter_identity_passed", "utter_withdraw_confirm"]
    assert await desk.say("确定撤诉", "action_withdraw", purpose="affirm") == ["utter_withdrawn"]


async def test_no_code_is_promised_that_is_not_sent(desk: Desk) -> None:
    await desk.file()
    await desk.say("我想撤诉", "action_withdraw")
    for _ in range(4):
        await answers(desk, "重新发送核实码")
    assert await desk.say("查进度", "action_progress") == ["utter_identity_too_many"]


async def test_one_code_is_enough_for_all_that_follows(desk: Desk) -> None:
    number = await desk.file()
    assert await desk.say("查进度，重发取件码", "action_progress") == ASKED
    said = await answers(desk, await newest_code(desk))
    assert said == ["utter_identity_passed", "utter_progress_case_unit_open", "utter_pickup"]
    assert number in desk.words
    assert await desk.say("催一下", "action_urge") == ["utter_urged"]
    assert await desk.say("补充一下当时有录像可以证明", "action_supplement") == ["utter_supplemented"]


async def test_who_left_no_phone_is_offered_a_person(desk: Desk) -> None:
    await desk.file()
    async with desk.world.database.transaction() as session:
        await session.execute(update(Customer).values(phone_enc=None, phone_index=None, phone_masked=None))
    assert await desk.say("我想撤诉", "action_withdraw") == ["utter_identity_no_phone"]
    assert (desk.open, desk.choices) == ("offer", ["转人工", "不用了"])


async def test_the_same_again_is_told_by_number_and_day_and_joined_after_the_code(desk: Desk) -> None:
    number = await desk.file()
    await filled(desk, AGAIN)
    assert desk.names[-2:] == ["utter_like_case_bare", "utter_like"]
    assert ("日在这里登记" in desk.words, "复核" in desk.words) == (True, False)
    assert await desk.say(f"补充 {number}", "action_duplicate") == ASKED
    said = await answers(desk, await newest_code(desk))
    assert said == ["utter_identity_passed", "utter_like_supplemented"]


async def test_who_does_not_care_for_the_code_files_a_new_one(desk: Desk) -> None:
    number = await desk.file()
    await filled(desk, AGAIN)
    await desk.say("催办", "action_duplicate")
    said = await desk.say("不用了", "action_identity", purpose="deny")
    assert said == ["utter_identity_stopped", "utter_summary"]
    assert await desk.say("确认提交", "action_file") != []
    assert number not in desk.words


async def test_with_a_form_in_hand_more_told_goes_into_the_form(desk: Desk) -> None:
    await desk.file()
    await desk.say("还要投诉崂山支行，保安骂我", "action_intake")
    assert (await desk.say("补充一下当时还有录像可以证明", "action_supplement"))[0] == "utter_taken_down"
