import re

from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.clocks.queries import timers_of
from casebackend.customers.service import vault
from casebackend.drafts.model import Draft, DraftField
from casebackend.pickups.issuing import KIND
from casebackend.pickups.model import PickupCode
from casebackend.pickups.rules import normalised
from tests.actions.desk import Desk
from tests.casebackend.cases.builders import Desk as Staff
from tests.casebackend.families.builders import closes

FIELDS = {
    "field.facts": "昨天手机银行转账一直失败，客服也不接电话",
    "field.demand": "给一个解释",
    "field.unit": "不清楚是哪家",
    "field.amount": "不涉及金额",
    "field.occurred_on": "昨天",
    "field.name": "我叫王小明",
    "field.phone": "13812345678",
    "field.id_number": "不提供",
}
AGAIN = "我要投诉，昨天在手机银行转账一直失败，希望给个解释，不涉及金额"
OTHER = "我要投诉，崂山支行的保安昨天在门口骂我，要求道歉"


async def filled(desk: Desk, told: str) -> None:
    """Until nothing is asked any more; what is said then stands in `names`."""
    await desk.say(told, "action_intake")
    while desk.open and desk.open.startswith("field."):
        await desk.say(FIELDS[desk.open], "action_intake")


async def cases(desk: Desk) -> list[Case]:
    async with desk.world.database.reading() as session:
        return list(await session.scalars(select(Case).order_by(Case.number)))


async def test_what_is_added_goes_to_the_open_complaint_until_there_is_nothing_more(desk: Desk) -> None:
    assert await desk.say("我想补充材料", "action_supplement") == ["utter_supplement_none"]
    number = await desk.file()
    assert await desk.say("我想补充材料", "action_supplement") == ["utter_supplement_what"]
    assert desk.open == "supplement"
    assert await desk.say("再说一遍", "action_resume") == ["utter_supplement_again"]
    assert await desk.say("当时是下午两点，我有截图", "action_supplement") == ["utter_supplemented"]
    assert number in desk.words
    assert await desk.say("没有了", "action_supplement") == ["utter_supplement_ended"]
    assert desk.open is None


async def test_of_several_open_complaints_one_is_chosen_and_the_first_words_go_with_it(desk: Desk) -> None:
    first = await desk.file()
    await filled(desk, OTHER)
    await desk.say("确认提交", "action_file")
    assert await desk.say("补充一下当时有三个保安在场", "action_supplement") == ["utter_supplement_choose"]
    assert f"补充 {first}" in desk.choices
    assert await desk.say(f"补充 {first}", "action_supplement") == ["utter_supplemented"]
    assert first in desk.words


async def test_a_number_of_somebody_else_or_of_nobody_takes_nothing_before_the_identity_is_shown(desk: Desk) -> None:
    number = await desk.file()
    for action in ("action_supplement", "action_second"):
        heard = []
        for named in (number, "TS20260302999999"):
            await desk.say(f"补充{named}当时有录像", action, sender="customer-2")
            heard.append((desk.names, desk.words, desk.choices))
        assert heard[0] == heard[1]
        assert heard[0][0] == ["utter_identity_needed", "utter_ask_identity_phone"]


async def test_without_an_open_complaint_the_draft_takes_what_is_added(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert await desk.say("补充一下当时还有录像可以证明", "action_supplement") == [
        "utter_taken_down",
        "utter_ask_demand",
    ]


async def test_who_is_not_content_is_asked_why_and_gets_a_number_and_a_day(desk: Desk) -> None:
    number = await desk.file()
    [case] = await cases(desk)
    await Staff(desk.world).replied(case.id)
    await closes(desk.world, case.id)
    assert await desk.say("我对处理结果不服要重新投诉", "action_second") == ["utter_second_reason"]
    assert number in desk.words
    assert await desk.say("再说一遍", "action_resume") == ["utter_second_reason_again"]
    assert desk.open == "second"
    said = await desk.say("多扣的年费一直没有退到账上", "action_second")
    assert said == ["utter_second_opened", "utter_pickup"]
    [code] = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", desk.words)
    [_, second] = await cases(desk)
    async with desk.world.database.reading() as session:
        held = await session.get_one(PickupCode, second.id)
        assert held.digest in vault(session).indexes(KIND, normalised(code))
    assert "月" in desk.words
    assert await desk.say("还是不满意", "action_second") == ["utter_second_exists"]


async def test_of_an_open_complaint_more_may_be_said_or_it_is_urged(desk: Desk) -> None:
    number = await desk.file()
    assert await desk.say("对处理结果不满意", "action_second") == ["utter_second_open"]
    assert desk.choices == [f"补充 {number}", f"催办 {number}"]


async def test_not_content_without_a_complaint_begins_one(desk: Desk) -> None:
    assert await desk.say("不满意，要重新投诉，大堂经理骂我", "action_second") == ["utter_soothe", "utter_ask_demand"]


async def test_a_suggestion_needs_no_name_and_an_explicit_yes(desk: Desk) -> None:
    said = await desk.say("我想提个建议", "action_opinion", purpose="suggestion")
    assert said == ["utter_started_suggestion", "utter_ask_suggestion_facts"]
    assert await desk.say("建议大厅多放几把椅子", "action_intake") == ["utter_ask_opinion_unit"]
    assert await desk.say("不清楚是哪家", "action_intake") == ["utter_ask_opinion_name"]
    assert await desk.say("不提供", "action_intake") == ["utter_ask_opinion_phone"]
    assert await desk.say("不留电话了", "action_intake") == ["utter_summary_suggestion"]
    assert desk.open == "confirm"
    assert await desk.say("确认提交", "action_file") == ["utter_suggestion_filed"]
    [case] = await cases(desk)
    assert (case.matter_type, case.facts, case.demand) == ("suggestion", "建议大厅多放几把椅子", "")
    async with desk.world.database.reading() as session:
        assert "l1" not in {timer.kind for timer in await timers_of(session, case.id)}


async def test_back_from_the_read_back_of_a_suggestion_asks_the_phone_last_asked(desk: Desk) -> None:
    await desk.say("建议大厅多放几把椅子", "action_opinion", purpose="suggestion")
    for answer in ("不清楚是哪家", "不提供", "13812345678"):
        await desk.say(answer, "action_intake")
    assert desk.open == "confirm"
    assert await desk.say("返回", "action_intake", purpose="step_back") == ["utter_ask_opinion_phone"]


async def test_praise_told_at_once_asks_only_what_is_missing(desk: Desk) -> None:
    told = "我要表扬崂山支行的大堂经理，昨天帮我找回了钱包"
    assert await desk.say(told, "action_opinion", purpose="praise") == [
        "utter_started_praise",
        "utter_ask_opinion_name",
    ]
    await desk.say("我叫王小明", "action_intake")
    await desk.say("13812345678", "action_intake")
    assert "138****5678" in desk.words
    assert await desk.say("确认提交", "action_file") == ["utter_praise_filed"]
    assert [case.matter_type for case in await cases(desk)] == ["praise"]


async def test_a_suggestion_becomes_a_complaint_and_back_with_a_word(desk: Desk) -> None:
    await desk.say("建议你们大厅多放几把椅子", "action_opinion", purpose="suggestion")
    assert await desk.say("其实我是要投诉", "action_intake") == ["utter_turned_complaint", "utter_ask_demand"]
    said = await desk.say("算了不是投诉，就是提个建议", "action_intake")
    assert said == ["utter_turned_suggestion", "utter_ask_opinion_unit"]


async def test_an_angry_complaint_that_was_taken_for_praise_is_a_complaint(desk: Desk) -> None:
    told = "柜员非让我买什么理财，说保本的，我投了8万块，现在亏了1万2，气死我了"
    said = await desk.say(told, "action_opinion", purpose="praise")
    assert said[0] == "utter_soothe"
    async with desk.world.database.reading() as session:
        [draft] = await session.scalars(select(Draft))
    assert draft.matter_type == "complaint"


async def test_praise_that_goes_on_to_tell_of_a_loss_is_a_complaint_and_keeps_its_words(desk: Desk) -> None:
    said = await desk.say("我要表扬", "action_opinion", purpose="praise")
    assert said == ["utter_started_praise", "utter_ask_praise_facts"]
    said = await desk.say("柜员态度很好，就是手续费多扣了我20块", "action_intake")
    assert said == ["utter_turned_complaint", "utter_ask_demand"]


async def test_what_was_done_to_a_customer_belongs_to_the_unfinished_complaint(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    await desk.say("晚点再说", "action_intake")
    assert desk.open is None
    said = await desk.say("他还非让我买理财，亏了我两万", "action_opinion", purpose="praise")
    assert "utter_opinion_later" not in said
    async with desk.world.database.reading() as session:
        facts = await session.scalar(select(DraftField.value).where(DraftField.name == "facts"))
    assert facts is not None
    assert "亏了" in facts


async def test_an_unfinished_complaint_is_not_made_into_a_suggestion(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    said = await desk.say("我想提个建议", "action_opinion", purpose="suggestion")
    assert said == ["utter_opinion_later", "utter_ask_demand"]


async def test_a_complaint_like_an_own_one_is_shown_and_goes_on_only_when_the_customer_says_so(desk: Desk) -> None:
    number = await desk.file()
    await filled(desk, AGAIN)
    assert desk.names == ["utter_like_case", "utter_like"]
    assert desk.choices == [f"补充 {number}", f"催办 {number}", "仍要新建"]
    assert await desk.say("嗯嗯", "action_duplicate") == ["utter_like_again"]
    assert await desk.say("再说一遍", "action_resume") == ["utter_like_again"]
    assert await desk.say("啥啥", "action_duplicate") == ["utter_offer_person"]
    assert await desk.say("不用，继续填写", "action_resume", purpose="deny") == ["utter_summary"]
    assert await desk.say("仍要新建", "action_duplicate") == ["utter_summary"]
    await desk.say("电话改成13812345679", "action_intake")
    assert desk.open == "confirm"
    assert (await desk.say("确认提交", "action_file"))[-1] == "utter_after_filing"
    assert len(await cases(desk)) == 2


async def test_back_from_the_choice_asks_what_was_asked_last_and_the_choice_comes_again(desk: Desk) -> None:
    await desk.file()
    await filled(desk, AGAIN)
    assert desk.open == "duplicate"
    assert await desk.say("*", "action_resume", purpose="step_back") == ["utter_ask_id_number"]
    assert await desk.say("不提供", "action_intake") == ["utter_like_case", "utter_like"]


async def test_a_choice_made_after_a_danger_came_in_between_still_counts(desk: Desk) -> None:
    await desk.file()
    await filled(desk, AGAIN)
    await desk.say("我的卡刚才被盗刷了", "action_safety", purpose="fraud")
    assert desk.open is None
    await desk.say("仍要新建", "action_opinion", purpose="suggestion")
    assert desk.open == "confirm"
    async with desk.world.database.reading() as session:
        chosen = list(await session.scalars(select(Draft.likeness_choice).order_by(Draft.touched_at)))
    assert chosen[-1] == "new"


async def test_who_tells_it_all_again_is_soothed_before_the_earlier_one_is_shown(desk: Desk) -> None:
    told = "我要投诉朝阳支行，昨天柜员当众骂人，态度恶劣，要求当面道歉，我叫王小明，电话13812345678"
    told += "，身份证号110101199003070134"
    await desk.say(told, "action_intake")
    assert desk.open == "confirm"
    await desk.say("确认提交", "action_file")
    assert await desk.say(told, "action_intake") == ["utter_soothe", "utter_like_case", "utter_like"]


async def test_what_was_told_again_may_go_to_the_earlier_complaint(desk: Desk) -> None:
    number = await desk.file()
    await filled(desk, AGAIN)
    assert await desk.say(f"补充 {number}", "action_duplicate") == ["utter_like_supplemented"]
    assert desk.open is None
    await filled(desk, AGAIN)
    assert await desk.say(f"催办 {number}", "action_urge") == ["utter_like_urged"]
    assert [case.number for case in await cases(desk)] == [number]
    async with desk.world.database.reading() as session:
        chosen = list(await session.scalars(select(Draft.likeness_choice).order_by(Draft.touched_at)))
    assert sorted(map(str, chosen)) == ["none", "supplement", "urge"]


async def test_another_matter_and_another_customer_are_nothing_alike(desk: Desk) -> None:
    await desk.file()
    await filled(desk, OTHER)
    assert desk.names[-1] == "utter_summary"
    other = Desk(desk.world)
    await other.say(AGAIN, "action_intake", sender="customer-2")
    while other.open and other.open.startswith("field."):
        await other.say(FIELDS[other.open], "action_intake", sender="customer-2")
    assert other.open == "confirm"
