"""Somebody asks about a complaint that he registered elsewhere."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.notices.doubles import RecordingSender
from casebackend.notices.rules import Channel
from casebackend.timeline.model import TimelineEntry
from tests.actions.desk import Desk
from tests.casebackend.cases.builders import Desk as Staff
from tests.casebackend.families.builders import closes
from tests.casebackend.identity.test_core import banking
from tests.casebackend.workers import worker

PHONE = "13812345678"
NEW_PHONE = "13900000002"
ELSEWHERE = "the-same-person-elsewhere"
# Of 李晓芸 with this phone, as the double of core banking knows her.
PAPER = "110101199003070513"


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


async def known(desk: Desk) -> None:
    """The customer is the one whom the double of core banking knows."""
    now = desk.world.time
    async with desk.world.database.transaction() as session:
        await customers.register(
            session, channel="wechat", sender="customer-1", name="李晓芸", phone=None, id_number=None, now=now
        )


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


async def test_after_the_code_more_is_added_to_what_was_registered_elsewhere(desk: Desk) -> None:
    number = await desk.file()
    code = await to_the_code(desk, f"补充{number}当时有录像可以证明", "action_supplement")
    assert await says(desk, code) == ["utter_identity_passed", "utter_supplemented"]
    assert (number in desk.words, desk.open) == (True, "supplement")


async def test_after_the_code_a_second_complaint_is_made_about_what_was_registered_elsewhere(desk: Desk) -> None:
    number = await desk.file()
    case = UUID((await desk.world.tester.get(f"/api/v1/cases/{number}")).json()["id"])
    await Staff(desk.world).replied(case)
    await closes(desk.world, case)
    code = await to_the_code(desk, f"对{number}的答复不服", "action_second")
    assert await says(desk, code) == ["utter_identity_passed", "utter_second_reason"]
    assert await desk.say("直接提交", "action_second", sender=ELSEWHERE) == ["utter_second_opened", "utter_pickup"]


async def test_without_a_number_the_complaints_of_other_channels_are_found_by_the_phone(desk: Desk) -> None:
    number = await desk.file()
    assert await desk.say("查进度", "action_progress", sender=ELSEWHERE) == ["utter_progress_none"]
    assert "查进度，别的渠道登记的" in desk.choices
    code = await to_the_code(desk, "查进度，别的渠道登记的", "action_progress")
    assert (await says(desk, code))[0] == "utter_identity_passed"
    assert number in desk.words
    await desk.say("查进度，别的渠道登记的", "action_progress", sender=ELSEWHERE)
    assert (number in desk.words, desk.open) == (True, None)


async def test_what_was_registered_is_told_after_code_and_paper_and_the_paper_is_asked_for_with_an_example(
    desk: Desk,
) -> None:
    number = await desk.file()
    await desk.say(f"查进度，看答复全文{number}", "action_progress", sender=ELSEWHERE)
    assert desk.names == ["utter_identity_needed_core", "utter_ask_identity_phone"]
    await says(desk, PHONE)
    assert await says(desk, await newest_code(desk)) == ["utter_ask_identity_paper"]
    assert desk.open == "identity.paper"
    assert await says(desk, "为什么要这个") == ["utter_explain_identity_paper"]
    assert await desk.say("你说什么", "action_resume", sender=ELSEWHERE) == ["utter_explain_identity_paper"]
    assert await says(desk, PAPER) == ["utter_identity_unavailable"]
    assert (desk.open, desk.choices) == ("offer", ["转人工", "不用了"])
    await desk.say(f"查进度，看答复全文{number}", "action_progress", sender=ELSEWHERE)
    assert desk.names == ["utter_identity_needed_core", "utter_ask_identity_paper"]
    async with banking() as (_, bank):
        desk.world.app.ctx.core_bank = bank
        assert await says(desk, f"李晓芸 {PAPER[:-1]}X") == ["utter_identity_paper_wrong"]
        assert "还可以再试 2 次" in desk.words
        assert await says(desk, f"李晓芸 {PAPER}") == ["utter_identity_passed", "utter_details_not_yours"]
    assert number not in desk.words


async def test_the_name_on_file_is_not_asked_for_again(desk: Desk) -> None:
    number = await desk.file()
    await known(desk)
    await desk.say(f"看答复全文{number}", "action_second", sender=ELSEWHERE)
    await says(desk, PHONE)
    await says(desk, await newest_code(desk))
    async with banking() as (_, bank):
        desk.world.app.ctx.core_bank = bank
        told = await says(desk, PAPER)
    assert told == ["utter_identity_passed", "utter_details", "utter_details_no_reply"]
    assert number in desk.words
    assert not any(secret in desk.words for secret in ("李晓芸", PAPER, PHONE))
    assert await desk.say("看答复全文TS20260302999999", "action_progress", sender=ELSEWHERE) == [
        "utter_details_not_yours"
    ]
    await desk.say("答复全文我看了，不服，要二次投诉", "action_second", sender=ELSEWHERE)
    assert desk.names == ["utter_second_open"]


async def at_home(desk: Desk, text: str) -> list[str]:
    return await desk.say(text, "action_identity", purpose="inform")


async def test_what_was_registered_for_somebody_else_is_withdrawn_after_code_paper_and_a_yes(desk: Desk) -> None:
    number = await desk.file(whose="我替我母亲来")
    await known(desk)
    asked = await desk.say(f"撤诉{number}", "action_withdraw")
    assert asked == ["utter_identity_needed_proxy", "utter_ask_identity_phone"]
    await at_home(desk, PHONE)
    assert await at_home(desk, await newest_code(desk)) == ["utter_ask_identity_paper"]
    async with banking() as (_, bank):
        desk.world.app.ctx.core_bank = bank
        assert await at_home(desk, f"{PAPER[:-1]}X") == ["utter_identity_paper_wrong"]
        assert await at_home(desk, PAPER) == ["utter_identity_passed", "utter_withdraw_confirm"]
    assert await desk.say("确定撤诉", "action_withdraw", purpose="affirm") == ["utter_withdrawn"]


async def test_a_level_that_has_ended_withdraws_nothing_registered_for_somebody_else(desk: Desk) -> None:
    number = await desk.file(whose="我替我母亲来")
    await known(desk)
    await desk.say(f"撤诉{number}", "action_withdraw")
    await at_home(desk, PHONE)
    await at_home(desk, await newest_code(desk))
    async with banking() as (_, bank):
        desk.world.app.ctx.core_bank = bank
        await at_home(desk, PAPER)
    desk.world.wait(minutes=31)
    asked = await desk.say("确定撤诉", "action_withdraw", purpose="affirm")
    assert asked == ["utter_identity_needed_proxy", "utter_ask_identity_phone"]
    assert (await desk.world.tester.get(f"/api/v1/cases/{number}")).json()["status"] == "pending_review"


async def test_the_contact_phone_is_changed_after_code_and_paper_and_the_code_goes_to_the_old_one(desk: Desk) -> None:
    number = await desk.file()
    await known(desk)
    assert await desk.say("我要改联系电话", "action_intake", purpose="correct") == ["utter_contact_which"]
    assert await at_home(desk, "什么号") == ["utter_contact_which"]
    assert await at_home(desk, NEW_PHONE) == ["utter_identity_needed_contact", "utter_ask_identity_phone"]
    await at_home(desk, PHONE)
    assert await at_home(desk, await newest_code(desk)) == ["utter_ask_identity_paper"]
    async with banking() as (_, bank):
        desk.world.app.ctx.core_bank = bank
        assert await at_home(desk, PAPER) == ["utter_identity_passed", "utter_contact_changed"]
    assert "139****0002" in desk.words
    async with desk.world.database.reading() as session:
        case = await session.scalar(select(Case).where(Case.number == number))
        assert case is not None
        held = await session.get_one(Customer, case.customer_id)
        assert (await customers.opened(session, held))["phone"] == NEW_PHONE
        [entry] = await session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "case.contact_changed"))
    assert (entry.case_id, entry.detail) == (case.id, {"level": 2})


@pytest.mark.parametrize("name", ["李晓芸", "王小明"])
async def test_the_phone_of_somebody_else_stays_and_three_wrong_papers_lock(desk: Desk, name: str) -> None:
    """The complaint is 王小明's, the paper 李晓芸's."""
    await desk.file()
    asked = await desk.say("电话改成" + NEW_PHONE, "action_intake", purpose="correct")
    assert asked == ["utter_identity_needed_contact", "utter_ask_identity_phone"]
    await at_home(desk, PHONE)
    await at_home(desk, await newest_code(desk))
    async with banking() as (_, bank):
        desk.world.app.ctx.core_bank = bank
        said = [await at_home(desk, f"{name} {PAPER}")]
        if name == "李晓芸":
            assert said == [["utter_identity_passed", "utter_identity_not_yours"]]
            return
        said += [await at_home(desk, f"{name} {PAPER}") for _ in range(2)]
    assert said == [["utter_identity_paper_wrong"], ["utter_identity_paper_wrong"], ["utter_identity_paper_locked"]]
    assert "10点30分" in desk.words
    assert await desk.say("电话改成" + NEW_PHONE, "action_intake", purpose="correct") == ["utter_identity_paper_locked"]


async def test_while_a_form_is_open_its_own_phone_is_put_right(desk: Desk) -> None:
    await desk.file()
    await desk.say("还要投诉崂山支行，保安骂我，要求道歉", "action_intake")
    await desk.say("电话改成" + NEW_PHONE, "action_intake", purpose="correct")
    assert desk.names == ["utter_changed", "utter_summary"]
