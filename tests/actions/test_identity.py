"""Somebody asks about a complaint that he registered elsewhere."""

import re

from casebackend.notices.doubles import RecordingSender
from casebackend.notices.rules import Channel
from tests.actions.desk import Desk
from tests.casebackend.workers import worker

PHONE = "13812345678"
ELSEWHERE = "the-same-person-elsewhere"


async def newest_code(desk: Desk) -> str:
    carrier = worker(desk.world, "codes")
    sender = RecordingSender()
    carrier.senders = dict.fromkeys(Channel, sender)
    await carrier.lead()
    await carrier.send_codes()
    found = re.search(r"核实码是 (\d{6})", sender.sent[-1].text)
    assert found is not None
    return found.group(1)


async def says(desk: Desk, text: str, *, purpose: str = "inform") -> list[str]:
    return await desk.say(text, "action_identity", sender=ELSEWHERE, purpose=purpose)


async def to_the_code(desk: Desk, text: str, action: str) -> str:
    await desk.say(text, action, sender=ELSEWHERE)
    assert await says(desk, PHONE) == ["utter_ask_identity_code"]
    assert desk.open == "identity.code"
    return await newest_code(desk)


async def test_after_the_code_the_progress_is_told_without_asking_again(desk: Desk) -> None:
    number = await desk.file()
    code = await to_the_code(desk, f"查一下{number}", "action_progress")
    assert await says(desk, code) == ["utter_identity_passed", "utter_progress_case_unit_open"]
    assert number in desk.words
    assert "王小明" not in desk.words
    assert PHONE[-4:] not in desk.words
    assert await desk.say(f"催一下{number}", "action_urge", sender=ELSEWHERE) == ["utter_urged"]


async def test_after_the_code_the_withdrawal_still_takes_a_yes(desk: Desk) -> None:
    number = await desk.file()
    code = await to_the_code(desk, f"撤诉{number}", "action_withdraw")
    assert await says(desk, code) == ["utter_identity_passed", "utter_withdraw_confirm"]
    assert await desk.say("确定撤诉", "action_withdraw", sender=ELSEWHERE) == ["utter_withdrawn"]


async def test_a_wrong_code_says_how_often_again_and_the_third_until_when(desk: Desk) -> None:
    number = await desk.file()
    code = await to_the_code(desk, f"查一下{number}", "action_progress")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for left in (2, 1):
        assert await says(desk, wrong) == ["utter_identity_wrong"]
        assert f"还可以再试 {left} 次" in desk.words
    assert await says(desk, wrong) == ["utter_identity_locked"]
    assert "10点30分" in desk.words
    assert (desk.open, desk.choices) == ("offer", ["转人工", "不用了"])
    assert await desk.say(f"查一下{number}", "action_progress", sender=ELSEWHERE) == ["utter_identity_locked"]


async def test_a_number_that_is_not_of_the_verified_phone_is_not_told(desk: Desk) -> None:
    number = await desk.file()
    code = await to_the_code(desk, "查一下TS20260302999999", "action_progress")
    assert await says(desk, code) == ["utter_identity_passed", "utter_identity_not_yours"]
    assert desk.open == "offer"
    assert number not in desk.words


async def test_what_is_no_phone_or_no_code_is_explained_and_other_ways_are_open(desk: Desk) -> None:
    number = await desk.file()
    await desk.say(f"查一下{number}", "action_progress", sender=ELSEWHERE)
    assert await says(desk, "什么号") == ["utter_explain_identity_phone"]
    assert await desk.say("你说什么", "action_resume", sender=ELSEWHERE) == ["utter_ask_identity_phone"]
    await says(desk, PHONE)
    assert await says(desk, "什么码") == ["utter_explain_identity_code"]
    assert await desk.say("你说什么", "action_resume", sender=ELSEWHERE) == ["utter_explain_identity_code"]
    assert await says(desk, "重新发送核实码") == ["utter_ask_identity_code"]
    assert await says(desk, "换个手机号") == ["utter_ask_identity_phone"]
    for _ in range(3):
        await says(desk, PHONE)
    assert await says(desk, PHONE) == ["utter_identity_too_many"]
    assert await desk.say(f"查一下{number}", "action_progress", sender=ELSEWHERE) != ["utter_progress_case"]
    assert await says(desk, "不用了", purpose="deny") == ["utter_identity_stopped"]
    assert desk.open is None
    assert await says(desk, "123456") == ["utter_identity_stopped"]


async def test_a_code_that_comes_too_late_is_offered_anew(desk: Desk) -> None:
    number = await desk.file()
    code = await to_the_code(desk, f"查一下{number}", "action_progress")
    desk.world.wait(minutes=6)
    assert await says(desk, code) == ["utter_identity_expired"]
    assert desk.choices[0] == "重新发送核实码"


async def test_the_form_goes_on_after_the_check(desk: Desk) -> None:
    number = await desk.file()
    await desk.say("我要投诉，大堂经理骂我", "action_intake", sender=ELSEWHERE)
    code = await to_the_code(desk, f"查一下{number}", "action_progress")
    await says(desk, code)
    assert desk.names[-1] == "utter_ask_demand"
    assert desk.open == "field.demand"


async def test_a_person_who_takes_over_hears_that_it_was_about_identity(desk: Desk) -> None:
    number = await desk.file()
    await desk.say(f"查一下{number}", "action_progress", sender=ELSEWHERE)
    assert await desk.say("转人工", "action_hand_off", sender=ELSEWHERE) == ["utter_handoff_off_duty"]
