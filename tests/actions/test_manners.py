"""How the form behaves: corrected at any time, taken back, paused, gone on with, and never in the way of safety."""

from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.conversations.model import Conversation
from tests.actions.desk import Desk

ANSWERS = {
    "field.facts": "昨天在柜台取钱，柜员少给了我100元还骂人",
    "field.demand": "退还100元",
    "field.unit": "不清楚是哪家",
    "field.amount": "100元",
    "field.occurred_on": "昨天",
    "field.name": "王小明",
    "field.phone": "13812345678",
    "field.id_number": "不提供",
}
STORY = "昨天在柜台取钱，柜员少给了我100元还骂人，要求退还100元"


async def until(desk: Desk, asked: str) -> None:
    while desk.open != asked:
        await desk.say(ANSWERS[str(desk.open)], "action_intake")


async def read_back(desk: Desk) -> dict[str, str]:
    """The lines of the read-back."""
    return dict(line.split("：", 1) for line in desk.words.splitlines() if line.count("：") == 1 and "例如" not in line)


async def test_a_field_is_corrected_in_the_middle_of_the_form_and_nothing_else_changes(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.phone")
    await desk.say("金额改成3000", "action_intake")
    assert desk.open == "field.phone"
    await desk.say("名字打错了，叫李晓敏", "action_intake")
    assert desk.open == "field.phone"
    await desk.say("不是昨天，是前天", "action_intake")
    assert desk.open == "field.phone"
    await until(desk, "confirm")
    lines = await read_back(desk)
    assert "3000" in lines["涉及金额"].replace(",", "")
    assert lines["姓名"].startswith("李")
    assert "2月28日" in lines["发生日期"]
    assert "138****5678" in lines["联系电话"]


async def test_the_read_back_is_changed_line_by_line(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "confirm")
    before = await read_back(desk)
    assert await desk.say("修改", "action_change", purpose="deny") == ["utter_which_line"]
    assert desk.open == "correction"
    assert {"改事情经过", "改诉求", "改涉及金额", "改姓名", "改联系电话", "不改了"} <= set(desk.choices)
    assert await desk.say("改涉及金额", "action_intake", purpose="correct") == ["utter_ask_amount"]
    await desk.say("500元", "action_intake")
    assert desk.open == "confirm"
    after = await read_back(desk)
    assert "500" in after["涉及金额"]
    assert {line for line in before if before[line] != after[line]} == {"涉及金额"}

    await desk.say("修改", "action_change", purpose="deny")
    await desk.say(str(desk.choices.index("改联系电话") + 1), "action_intake")
    assert desk.open == "field.phone"
    await desk.say("返回上一步", "action_intake", purpose="step_back")
    assert desk.open == "confirm"
    assert await read_back(desk) == after

    assert await desk.say("不对，金额是600元", "action_change", purpose="deny") == [
        "utter_changed",
        "utter_summary_money",
    ]
    assert "600" in (await read_back(desk))["涉及金额"]


async def test_at_the_read_back_a_line_is_emptied(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "confirm")
    before = await read_back(desk)
    changed = ["utter_changed", "utter_summary_money"]
    assert await desk.say("日期改成记不清了", "action_intake", purpose="correct") == changed
    assert await desk.say("机构那里我其实不确定是哪家", "action_resume", purpose="refuse") == ["utter_summary_money"]
    lines = await read_back(desk)
    assert lines == before | {"发生日期": "不清楚", "被投诉机构": "不清楚"}
    assert await desk.say("金额其实没有，不涉及金额", "action_resume", purpose="refuse") == [
        "utter_changed",
        "utter_summary",
    ]
    assert "涉及金额改好了" in desk.words
    lines = await read_back(desk)
    assert ("涉及金额" in lines, lines["事情经过"]) == (False, before["事情经过"])
    await desk.say("金额是300元", "action_intake", purpose="correct")
    assert "300元" in (await read_back(desk))["涉及金额"]


async def test_the_phone_of_a_suggestion_is_taken_back_at_the_read_back(desk: Desk) -> None:
    await desk.say("建议大厅多放几把椅子", "action_opinion", purpose="suggestion")
    for answer in ("不清楚是哪家", "不提供", "13812345678"):
        await desk.say(answer, "action_intake")
    assert await desk.say("我不想留电话号码了", "action_resume", purpose="refuse") == [
        "utter_changed",
        "utter_summary_suggestion",
    ]
    assert "联系电话：不提供" in desk.words
    assert "建议内容：建议大厅多放几把椅子\n" in desk.words


async def test_what_is_put_right_while_something_else_is_asked_is_taken_down_and_said_so(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.phone")
    names = await desk.say("金额改成350元", "action_intake", purpose="correct")
    assert names == ["utter_taken_down", "utter_ask_phone"]
    assert "涉及金额记下了" in desk.words
    await desk.say("13812345678", "action_intake")
    assert "utter_taken_down" not in desk.names


async def test_a_step_back_asks_the_field_before_and_what_was_said_later_is_kept(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.id_number")
    await desk.say("返回上一步", "action_intake", purpose="step_back")
    assert desk.open == "field.phone"
    await desk.say("*", "action_intake", purpose="step_back")
    assert desk.open == "field.name"
    await desk.say("李小红", "action_intake")
    assert desk.open == "field.id_number"


async def test_a_step_back_in_words_of_ones_own_writes_nothing_into_the_complaint(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.phone")
    await desk.say("退回去", "action_intake", purpose="step_back")
    assert desk.open == "field.name"
    await until(desk, "confirm")
    lines = await read_back(desk)
    await desk.say("等等，刚才那题答错了", "action_intake", purpose="step_back")
    assert desk.open == "field.id_number"
    await desk.say("手头没证件", "action_intake", purpose="refuse")
    assert await read_back(desk) == lines
    await desk.say("修改", "action_change", purpose="deny")
    assert await desk.say("撤一步", "action_intake", purpose="step_back") == ["utter_summary_money"]
    assert await read_back(desk) == lines


async def test_later_keeps_the_draft_and_says_how_to_go_on_and_silence_is_not_nagged(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.name")
    assert await desk.say("我现在忙，等会儿再说", "action_intake") == ["utter_goodbye_for_now"]
    assert "继续" in desk.words
    assert await desk.say("以后再说吧", "action_cancel", purpose="cancel") == ["utter_goodbye_for_now"]
    desk.world.wait(hours=80)
    assert await desk.say("你好", "action_menu", purpose="greet") == ["utter_unfinished"]
    assert "5/8" in desk.words
    assert desk.choices == ["继续", "重新开始", "先不管"]
    assert await desk.say("1", "action_menu", purpose="affirm") == ["utter_gone_on_with", "utter_ask_name"]
    await desk.say("王小明", "action_intake")
    assert desk.open == "field.phone"


async def test_whoever_comes_back_after_days_to_an_open_question_is_told_what_waits(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.name")
    desk.world.wait(hours=73)
    assert await desk.say("在吗", "action_resume", purpose="greet") == ["utter_unfinished"]
    assert await desk.say("先不管", "action_menu", purpose="deny") == ["utter_goodbye_for_now"]
    assert await desk.say("好的", "action_menu", purpose="affirm") == ["utter_ok"]
    desk.world.wait(hours=3)
    assert await desk.say("我叫王小明", "action_intake") == ["utter_gone_on_with", "utter_ask_phone"]
    desk.world.wait(hours=3)
    assert await desk.say("嗯", "action_intake", purpose="affirm") == ["utter_unfinished"]
    assert await desk.say("重新开始", "action_menu", purpose="menu") == ["utter_started_anew", "utter_ask_facts"]
    await desk.say(STORY, "action_intake")
    await until(desk, "field.id_number")


async def test_what_was_given_up_is_gone_on_with(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    asked = desk.open
    assert await desk.say("取消", "action_cancel") == ["utter_cancelled"]
    assert desk.choices == ["接着办", "我要投诉"]
    assert await desk.say("你好", "action_menu", purpose="greet") == ["utter_greet"]
    assert desk.choices[0] == "接着办"
    await desk.say("继续", "action_menu", purpose="out_of_scope")
    assert desk.names[0] == "utter_gone_on_with"
    assert desk.open == asked


async def test_with_nothing_to_go_on_with_the_menu_is_shown(desk: Desk) -> None:
    assert await desk.say("继续", "action_menu", purpose="affirm") == ["utter_ok"]
    assert await desk.say("继续", "action_intake", purpose="inform") == ["utter_menu"]
    assert "查进度" in desk.choices


async def test_the_menu_begins_with_what_this_customer_used_last(desk: Desk) -> None:
    await desk.say("你好", "action_menu", purpose="greet")
    assert desk.choices[0] == "我要投诉"
    await desk.say("催一下", "action_urge")
    await desk.say("你好", "action_menu", purpose="greet")
    assert desk.choices == ["催办", "我要投诉", "查进度", "转人工"]
    assert await desk.say("０", "action_hand_off") == ["utter_handoff_off_duty"]


async def test_money_in_danger_is_the_first_word_and_the_form_comes_later(desk: Desk) -> None:
    assert await desk.say("我的卡被盗刷了5000元", "action_safety", purpose="fraud") == [
        "utter_handoff_off_duty",
        "utter_form_later",
    ]
    said = await desk.heard()
    assert "锁卡或挂失" in said
    assert said.index("锁卡或挂失") < said.index("登记投诉不着急")
    await desk.say("继续", "action_menu", purpose="affirm")
    assert desk.open == "field.demand"
    await desk.say("把盗刷的钱还给我", "action_intake")
    assert desk.open == "field.unit"


async def test_a_leak_of_personal_data_gets_its_step_and_a_person_first_and_the_form_comes_later(desk: Desk) -> None:
    assert await desk.say("你们把我电话卖给别人了", "action_intake", purpose="complaint") == [
        "utter_handoff_off_duty",
        "utter_form_later",
    ]
    said = await desk.heard()
    assert said.index("陌生来电") < said.index("登记投诉不着急")
    async with desk.world.database.reading() as session:
        assert (await session.scalars(select(Conversation.handoff_reason))).all() == ["privacy"]
    await desk.say("继续", "action_menu", purpose="affirm")
    assert desk.open is not None
    assert desk.open.startswith("field.")


async def test_whose_money_is_in_danger_is_heard_when_his_life_is(desk: Desk) -> None:
    await desk.say("我的卡被盗刷了5000元", "action_safety", purpose="fraud")
    assert "12356" not in await desk.heard()
    assert await desk.say("钱没了，我不想活了", "action_safety", purpose="fraud") == [
        "utter_handoff_off_duty",
        "utter_form_later",
    ]
    assert "12356" in await desk.heard()


async def test_a_life_in_danger_is_seen_in_what_sounds_like_a_refusal_at_the_read_back(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "confirm")
    said = await desk.say("我不想活了", "action_resume", purpose="refuse")
    assert said == ["utter_handoff_off_duty", "utter_form_later"]


async def test_a_life_in_danger_is_seen_in_the_middle_of_the_form(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await desk.say("你们再不解决我就跳楼", "action_intake")
    assert desk.names == ["utter_handoff_off_duty", "utter_form_later"]
    assert "12356" in await desk.heard()
    async with desk.world.database.reading() as session:
        assert (await session.scalars(select(Conversation.handoff_reason))).all() == ["danger"]


async def test_for_whom_it_is_is_noted_and_the_papers_are_named_for_later(desk: Desk) -> None:
    await desk.say("我替我妈投诉，昨天柜员少给了她100元还骂人，她耳朵不好", "action_intake")
    assert desk.names[:3] == ["utter_soothe", "utter_noted", "utter_papers_later"]
    assert "受托人" in desk.words
    assert "授权委托书" in desk.words
    await until(desk, "field.name")
    await desk.say("我今年七十六岁了", "action_intake")
    assert "老年" in desk.words
    await until(desk, "confirm")
    await desk.say("确认提交", "action_file")
    async with desk.world.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
    assert case.capacity == "agent"
    assert case.lane == "优先办理"
    assert "老年" in (case.lane_reason or "")


async def test_several_who_complain_together_are_noted(desk: Desk) -> None:
    await desk.say("我们十几个人一起买的理财都亏了，要求给个说法", "action_intake")
    assert "10位以上" in desk.words
    assert "推选代表" in desk.words


async def test_a_life_in_danger_begins_no_form_and_gives_up_none(desk: Desk) -> None:
    assert await desk.say("我不想活了", "action_cancel", purpose="cancel") == ["utter_handoff_off_duty"]
    assert "12356" in await desk.heard()
    await desk.say(STORY, "action_intake", sender="another")
    await desk.say("你们逼得我不想活了", "action_cancel", sender="another", purpose="cancel")
    assert desk.names == ["utter_handoff_off_duty", "utter_form_later"]
    await desk.say("继续", "action_menu", sender="another", purpose="repeat")
    assert desk.open is not None


async def test_large_type_is_answered_and_remembered_and_age_is_no_miss(desk: Desk) -> None:
    assert await desk.say("字大一点", "action_menu", purpose="repeat") == ["utter_large", "utter_menu"]
    await desk.say(STORY, "action_intake")
    asked = desk.open
    await desk.say("我年纪大了", "action_intake", purpose="inform")
    assert "utter_not_understood" not in desk.names
    assert "老年" in desk.words
    assert desk.open == asked


async def test_registered_at_night_says_when_somebody_gets_in_touch(desk: Desk) -> None:
    desk.world.wait(hours=12)
    await desk.file()
    assert desk.names[-2:] == ["utter_contact_later", "utter_after_filing"]
    assert "3月3日" in desk.words


async def test_who_wants_to_think_is_given_time_and_the_same_question_stays_open(desk: Desk) -> None:
    await desk.say("我要投诉", "action_intake")
    for text in ("等一下我想想", "稍等", "你等我查一下", "让我想想"):
        assert await desk.say(text, "action_intake", purpose="deny") == ["utter_take_your_time", "utter_ask_facts"]
        assert desk.open == "field.facts"
    await desk.say(STORY, "action_intake")
    asked = desk.open
    assert await desk.say("稍等我找一下账单", "action_cancel", purpose="cancel") == [
        "utter_take_your_time",
        f"utter_ask_{str(asked)[6:]}",
    ]
    await until(desk, "confirm")
    before = await read_back(desk)
    said = await desk.say("等一下我看看", "action_change", purpose="deny")
    assert said == ["utter_take_your_time_to_confirm"]
    assert desk.open == "confirm"
    await desk.say("再说一遍", "action_resume", purpose="repeat")
    assert await read_back(desk) == before


async def test_faces_and_numbers_tell_no_story_and_wish_for_nothing(desk: Desk) -> None:
    await desk.say("我要投诉", "action_intake")
    for text in ("😡😡😡😡", "123456"):
        await desk.say(text, "action_intake", purpose="inform")
        assert desk.open == "field.facts"
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert desk.open == "field.demand"
    await desk.say("😡😡", "action_intake", purpose="inform")
    assert desk.open == "field.demand"


async def test_a_name_with_a_rare_surname_is_put_right(desk: Desk) -> None:
    await desk.say(STORY, "action_intake")
    await until(desk, "field.name")
    await desk.say("达小明", "action_intake")
    await until(desk, "confirm")
    before = await read_back(desk)
    await desk.say("我姓笪不姓达", "action_intake", purpose="correct")
    after = await read_back(desk)
    assert {line for line in before if before[line] != after[line]} == {"姓名"}
    assert after["姓名"].startswith("笪")
    await desk.say("我叫逄小雨不是庞小雨", "action_intake", purpose="correct")
    assert (await read_back(desk))["姓名"].startswith("逄")
