import re
from uuid import UUID

from sqlalchemy import select

from casebackend.cases.model import Case
from tests.actions.desk import Desk
from tests.casebackend.cases.builders import Desk as StaffDesk
from tests.casebackend.cases.builders import filed
from tests.casebackend.families.builders import closes
from tests.world import World


async def case_id_of(world: World, number: str) -> UUID:
    async with world.database.reading() as session:
        return (await session.scalars(select(Case.id).where(Case.number == number))).one()


async def test_progress_tells_stage_and_the_promised_day(desk: Desk) -> None:
    assert await desk.say("查进度", "action_progress") == ["utter_progress_none"]
    number = await desk.file()
    await desk.say("查进度", "action_progress")
    assert number in desk.words
    assert "接下来" in desk.words
    assert re.search(r"最晚 \d+月\d+日 24:00 前答复", desk.words)
    assert "None" not in desk.words


async def test_who_asks_for_the_pick_up_code_is_told_a_new_one_and_a_stranger_none(desk: Desk) -> None:
    number = await desk.file()
    first = await desk.say("查进度，重发取件码", "action_progress")
    assert first[-1] == "utter_pickup"
    assert await desk.say("查进度", "action_progress") == first[:-1]
    said = await desk.say(f"查{number}，重发取件码", "action_progress", sender="customer-2")
    assert said == ["utter_identity_needed", "utter_ask_identity_phone"]


async def test_a_foreign_number_tells_nothing_and_asks_who_it_is(desk: Desk) -> None:
    number = await desk.file()
    for action in ("action_progress", "action_urge", "action_withdraw"):
        assert await desk.say(number, action, sender="customer-2") == [
            "utter_identity_needed", "utter_ask_identity_phone",
        ]  # fmt: skip
        assert desk.open == "identity.phone"
        assert "转人工" in desk.choices
        assert number not in desk.words


async def test_a_digression_comes_back_to_the_open_question(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert await desk.say("查进度", "action_progress") == ["utter_progress_not_yet", "utter_ask_demand"]
    assert desk.open == "field.demand"


async def test_urging_is_passed_on_once_a_day(desk: Desk) -> None:
    assert await desk.say("催一下", "action_urge") == ["utter_urge_none"]
    await desk.file()
    assert await desk.say("催一下", "action_urge") == ["utter_urged"]
    assert await desk.say("再催一下", "action_urge") == ["utter_urge_too_soon"]


async def test_of_several_cases_one_is_chosen(desk: Desk) -> None:
    first, second = await desk.file(), await desk.file()
    assert await desk.say("催办", "action_urge") == ["utter_urge_choose"]
    assert sorted(desk.choices) == sorted([f"催办 {first}", f"催办 {second}"])
    assert await desk.say(f"催办 {first}", "action_urge") == ["utter_urged"]
    assert first in desk.words


async def test_all_own_cases_are_told_three_at_a_time_and_the_rest_by_a_number_key(desk: Desk) -> None:
    numbers = [await desk.file() for _ in range(5)]
    told = await desk.say("查进度", "action_progress")
    assert told == [*["utter_progress_case_unit_open"] * 3, "utter_progress_more"]
    assert [number in desk.words for number in numbers] == [False, False, True, True, True]
    assert "另外还有 2 件" in desk.words
    assert desk.choices == ["查进度更多（第4件起）"]
    assert await desk.say("1", "action_progress") == ["utter_progress_case_unit_open"] * 2
    assert [number in desk.words for number in numbers] == [True, True, False, False, False]


async def test_the_rest_may_be_asked_for_in_words_and_no_page_is_beyond_the_end(desk: Desk) -> None:
    for _ in range(4):
        await desk.file()
    await desk.say("查进度", "action_progress")
    assert await desk.say("看更多", "action_progress") == ["utter_progress_case_unit_open"]
    assert len(await desk.say("查进度更多（第90件起）", "action_progress")) == 4


async def test_in_the_middle_of_a_form_the_rest_is_asked_for_in_words(desk: Desk) -> None:
    for _ in range(4):
        await desk.file()
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    told = await desk.say("查进度", "action_progress")
    assert told[3:] == ["utter_progress_more_later", "utter_ask_demand"]
    assert "发“查进度更多（第4件起）”接着看" in desk.words


async def test_a_second_complaint_is_offered_to_who_urges_only_where_one_may_follow(desk: Desk) -> None:
    number = await desk.file()
    case_id = await case_id_of(desk.world, number)
    await StaffDesk(desk.world).sure("lead", case_id, "decline", decline_reason="already_decided", opinion="重复")
    assert await desk.say("催一下", "action_urge") == ["utter_urge_closed"]
    assert "重新投诉" not in desk.choices
    other = await desk.file()
    other_id = await case_id_of(desk.world, other)
    await StaffDesk(desk.world).replied(other_id)
    await closes(desk.world, other_id)
    assert await desk.say(f"催一下{other}", "action_urge") == ["utter_urge_closed_second"]
    assert "重新投诉" in desk.choices


async def test_of_a_closed_complaint_the_unit_is_told_as_well(desk: Desk) -> None:
    receipt = await filed(desk.world)
    await StaffDesk(desk.world).replied(receipt.case_id)
    await closes(desk.world, receipt.case_id)
    assert (await desk.say("查进度", "action_progress"))[0] == "utter_progress_case_no_date"
    assert f"{receipt.number}（北京朝阳支行）" in desk.words


async def test_withdrawing_takes_a_yes(desk: Desk) -> None:
    assert await desk.say("撤诉", "action_withdraw") == ["utter_withdraw_none"]
    number = await desk.file()
    assert await desk.say("撤诉", "action_withdraw") == ["utter_withdraw_confirm"]
    assert await desk.say("再说一遍", "action_resume") == ["utter_repeat_withdraw"]
    thinks = await desk.say("等一下我想想", "action_withdraw", purpose="deny")
    assert thinks == ["utter_take_your_time", "utter_repeat_withdraw"]
    assert await desk.say("不撤了", "action_withdraw", purpose="deny") == ["utter_withdraw_kept"]
    await desk.say("撤诉", "action_withdraw")
    assert await desk.say("确定撤诉", "action_withdraw") == ["utter_withdrawn"]
    assert number in desk.words


async def test_no_answer_to_whether_to_withdraw_is_explained_and_then_a_person_is_offered(desk: Desk) -> None:
    await desk.file()
    await desk.say("我要撤诉", "action_withdraw")
    no_answers = [
        await desk.say(text, "action_resume", purpose="nlu_fallback") for text in ("今天天气", "啥啥啥", "嘿嘿嘿")
    ]
    assert no_answers == [["utter_repeat_withdraw"], ["utter_explain_withdraw"], ["utter_offer_person"]]


async def test_withdrawing_before_anything_is_filed_puts_the_draft_aside(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert await desk.say("我要撤诉", "action_withdraw") == ["utter_cancelled"]
