"""What is not understood is explained and then a person is offered; back ends what was begun beside the form."""

import pytest

from tests.actions.desk import Desk
from tests.actions.test_manners import STORY, until


async def test_two_misses_explain_and_three_offer_a_person_also_after_every_program_was_restarted(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.phone")
    again = Desk(desk.world)
    assert await desk.say("嗯嗯", "action_intake") == ["utter_not_understood", "utter_ask_phone"]
    assert await again.say("啥啥啥", "action_intake") == ["utter_not_understood", "utter_explain_phone"]
    assert await Desk(desk.world).say("嘿嘿", "action_intake") == ["utter_offer_person"]


async def test_back_ends_what_was_begun_beside_the_form(desk: Desk) -> None:
    number = await desk.file()
    await desk.say("我要撤诉", "action_withdraw")
    assert desk.open == "withdraw"
    assert await desk.say("*", "action_resume", purpose="step_back") == ["utter_withdraw_kept"]
    assert desk.open is None
    await desk.say(f"补充 {number}", "action_supplement", purpose="supplement")
    assert desk.open == "supplement"
    assert await desk.say("退回去", "action_resume", purpose="step_back") == ["utter_stepped_out"]
    assert (desk.open, desk.choices[0]) == (None, "我要投诉")


async def test_back_from_an_offer_or_a_withdrawal_goes_on_with_the_form(desk: Desk) -> None:
    await desk.file()
    await desk.say("前天大堂经理当众骂我", "action_intake")
    assert desk.open == "field.demand"
    await desk.say("我要撤诉", "action_withdraw")
    said = await desk.say("返回", "action_resume", purpose="step_back")
    assert (said, desk.open) == (["utter_withdraw_kept", "utter_ask_demand"], "field.demand")
    for miss in ("?", "??", "???"):
        await desk.say(miss, "action_intake")
    assert desk.open == "offer"
    assert await desk.say("返回", "action_resume", purpose="step_back") == ["utter_ask_demand"]


async def test_misses_at_the_read_back_are_explained_and_a_person_is_offered(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "confirm")
    assert await desk.say("啥啥", "action_intake") == ["utter_not_understood", "utter_summary_money"]
    assert await desk.say("嘿嘿", "action_intake") == ["utter_not_understood", "utter_explain_confirm"]
    assert desk.open == "confirm"
    assert await desk.say("不对", "action_change", purpose="deny") == ["utter_which_line"]
    assert await desk.say("哈哈", "action_intake") == ["utter_not_understood", "utter_summary_money"]
    assert await desk.say("嘻嘻", "action_intake") == ["utter_not_understood", "utter_explain_confirm"]
    assert await desk.say("不想说", "action_resume", purpose="refuse") == ["utter_offer_person"]
    assert await desk.say("不用，继续填写", "action_resume", purpose="deny") == ["utter_summary_money"]
    assert "utter_filed_unit_open" in await desk.say("确认提交", "action_file", purpose="affirm")


@pytest.mark.parametrize(
    ("purpose", "answers"),
    [
        ("suggestion", []),
        ("praise", []),
        ("praise", ["大堂经理帮我找回了钱包"]),
    ],
)
async def test_what_is_not_understood_of_praise_is_explained_too(desk: Desk, purpose: str, answers: list[str]) -> None:
    await desk.say("我想说几句", "action_opinion", purpose=purpose)
    for answer in answers:
        await desk.say(answer, "action_intake")
    open_question = desk.open
    await desk.say("嗯", "action_intake")
    said = await desk.say("嘿", "action_intake")
    assert (said[0], said[1].startswith("utter_explain_"), desk.open) == ("utter_not_understood", True, open_question)
    assert await desk.say("哈", "action_intake") == ["utter_offer_person"]
