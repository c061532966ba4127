import re

import pytest
from sqlalchemy import select

from casebackend.api.conversations import Reply
from casebackend.conversations import service
from casebackend.conversations.danger import Danger, Stirred, danger_in, delivered, hear
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Author
from casebackend.notifications import words
from tests.casebackend.cases.builders import Desk as Office
from tests.casebackend.conversations.desk import Desk
from tests.world import World

TODAY = max(rule.effective_from for rule in delivered())
CALLED = "工作人员"


def stirred(text: str) -> str | None:
    rule = hear(delivered(), text, TODAY).stirred
    return rule.says if rule is not None else None


@pytest.mark.parametrize(
    "text",
    [
        "你们把我电话卖给别人了", "我的身份证信息泄露了", "我的個人信息被洩露了", "你们泄露了我的手机号",
        "客户经理把我的流水给了中介", "我家的地址被你们透露出去了",
    ],
)  # fmt: skip
def test_personal_data_in_strange_hands_is_heard(text: str) -> None:
    assert danger_in(text) is Danger.PRIVACY


@pytest.mark.parametrize(
    "text",
    [
        "我怕我的信息泄露",
        "填了会不会泄露我的信息",
        "请不要泄露我的电话",
        "银行可以把我的资料给第三方吗",
        "卖我理财亏了",
    ],
)
def test_a_question_or_a_worry_about_personal_data_is_no_leak(text: str) -> None:
    assert danger_in(text) is None


@pytest.mark.parametrize("text", ["这钱要不回来我就去死", "你们逼死我算了", "我不如去死"])
def test_who_speaks_of_his_own_death_is_heard_and_not_taken_for_abuse(text: str) -> None:
    assert danger_in(text) is Danger.LIFE
    assert stirred(text) != Stirred.ABUSE


@pytest.mark.parametrize("text", ["傻逼机器人", "你去死吧", "你们就是一群骗子", "滚", "垃圾銀行", "一群混蛋"])
def test_abuse_is_heard(text: str) -> None:
    assert stirred(text) == Stirred.ABUSE


@pytest.mark.parametrize(
    "text", ["柜员骂我是垃圾", "天天给我发垃圾短信", "柜员当众叫我滚", "！！！！！！", "系统崩溃了转不了账"]
)
def test_abuse_told_of_others_and_exclamation_alone_are_no_abuse(text: str) -> None:
    assert stirred(text) is None


def test_who_announces_to_go_to_the_regulator_or_the_press_is_heard_apart_from_anger() -> None:
    assert stirred("再不处理我就去银保监会投诉") == Stirred.REPORT
    assert stirred("不然我去找记者曝光你们") == Stirred.REPORT
    assert stirred("怎么向监管部门反映") is None


def test_every_delivered_rule_has_a_reviewer_a_day_and_words_that_exist() -> None:
    for rule in delivered():
        assert rule.patterns
        assert all(re.compile(pattern) for pattern in rule.patterns)
        assert rule.text is None or words.words(rule.text, when="x")
    assert len({(rule.code, rule.effective_from) for rule in delivered()}) == len(delivered())


async def said(world: World, conversation: object) -> list[str]:
    view = (await world.channels.get(f"/api/v1/conversations/{conversation}")).json()
    return [message["text"] for message in view["messages"] if message["author"] == "system"]


async def stands(world: World, conversation: object) -> Conversation:
    async with world.database.reading() as session:
        return await session.get_one(Conversation, conversation)


async def test_a_leak_of_personal_data_gets_its_safety_step_and_a_place_in_front_and_nothing_is_admitted(
    world: World,
) -> None:
    receipt = await world.says("你们把我电话卖给别人了")
    [*_, step] = await said(world, receipt.conversation_id)
    assert "陌生来电" in step
    assert not re.search("抱歉|对不起|我们泄露|赔|保证", step)
    assert (await stands(world, receipt.conversation_id)).handoff_reason == "privacy"
    await world.says("我的卡也被盗刷了")
    assert (await stands(world, receipt.conversation_id)).handoff_reason == "danger"


async def test_the_first_abuse_calls_nobody_and_the_second_calls_a_person_before_the_others(world: World) -> None:
    receipt = await world.says("傻逼机器人")
    assert (await stands(world, receipt.conversation_id)).owner == "bot"
    await world.says("朝阳支行扣了我年费")
    await world.says("一群混蛋")
    found = await stands(world, receipt.conversation_id)
    assert (found.owner, found.handoff_reason) == ("queued", "emotion")
    await world.says("王八蛋")
    assert sum(CALLED in text and "心情" in text for text in await said(world, receipt.conversation_id)) == 1


async def test_abuse_of_yesterday_is_forgotten(world: World) -> None:
    receipt = await world.says("傻逼机器人")
    world.wait(hours=25)
    await world.says("一群混蛋")
    assert (await stands(world, receipt.conversation_id)).owner == "bot"


async def test_two_strong_words_in_one_message_call_a_person_at_once_and_one_does_not(world: World) -> None:
    calm = await world.says("我真的受够了！！！", sender="calm")
    upset = await world.says("我受够了，你们欺人太甚", sender="upset")
    assert (await stands(world, calm.conversation_id)).owner == "bot"
    assert (await stands(world, upset.conversation_id)).handoff_reason == "emotion"


async def test_with_nobody_there_an_answer_is_promised_and_kept_in_the_conversation(world: World) -> None:
    receipt = await world.says("我受够了，你们欺人太甚")
    found = await stands(world, receipt.conversation_id)
    assert found.callback_by is not None
    assert any("最晚" in text for text in await said(world, receipt.conversation_id))
    first = found.callback_by
    world.wait(minutes=5)
    await world.actions.post(
        f"/api/v1/conversations/{receipt.conversation_id}/handoff", json={"reason": "asked"},
        headers={"Idempotency-Key": "k-1"},
    )  # fmt: skip
    assert (await stands(world, receipt.conversation_id)).callback_by == first


async def test_with_somebody_there_no_time_is_promised(world: World) -> None:
    await Office(world).browser("agent")
    receipt = await world.says("我受够了，你们欺人太甚")
    assert (await stands(world, receipt.conversation_id)).callback_by is None
    assert not any("最晚" in text for text in await said(world, receipt.conversation_id))


async def test_who_announces_to_report_hears_his_right_once_and_is_not_handed_over(world: World) -> None:
    receipt = await world.says("再不处理我就去银保监会投诉")
    await world.says("我一定要去找记者")
    assert sum("您的权利" in text for text in await said(world, receipt.conversation_id)) == 1
    assert (await stands(world, receipt.conversation_id)).owner == "bot"


async def test_what_only_the_bot_takes_for_abuse_counts_as_much(world: World) -> None:
    desk = Desk(world)
    judged = {"purpose": "abuse", "confidence": 0.93, "decision": "utter_calm"}
    for text in ("呸", "烦不烦"):
        receipt = await desk.hears(text)
        (await desk.answer(await desk.claimed(), "您别急", judged=judged)).raise_for_status()
    assert (await stands(world, receipt.conversation_id)).handoff_reason == "emotion"
    talk = await desk.talk(receipt.conversation_id)
    assert [message.text for message in talk.messages if message.author == "bot"] == ["您别急"]
    assert "已为您登记优先回复" in talk.messages[-1].text


async def test_an_answer_is_never_empty_though_the_words_of_the_person_to_come_went_out_before_it(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("我受够了，你们欺人太甚")
    claimed = await desk.claimed()
    async with world.database.transaction() as session:
        told = [Reply(text="您的投诉已登记")]
        await service.say(session, receipt.conversation_id, author=Author.SYSTEM, replies=told, now=world.time)
    judged = {"purpose": "abuse", "confidence": 0.93, "decision": "utter_calm"}
    (await desk.answer(claimed, "您别急", judged=judged)).raise_for_status()
    assert (await desk.talk(receipt.conversation_id)).messages[-1].text == "您别急"


async def test_exclamation_alone_calls_nobody_whatever_the_bot_takes_it_for(world: World) -> None:
    desk = Desk(world)
    judged = {"purpose": "abuse", "confidence": 0.6, "decision": "utter_calm"}
    for text in ("！！！！", "😡😡😡"):
        receipt = await desk.hears(text)
        (await desk.answer(await desk.claimed(), "您别急", judged=judged)).raise_for_status()
    assert (await stands(world, receipt.conversation_id)).owner == "bot"


async def test_of_each_turn_purpose_confidence_decision_and_what_was_heard_are_kept_without_words(
    world: World,
) -> None:
    desk = Desk(world)
    receipt = await desk.hears("我的卡被盗刷了，我叫沈清秋")
    judged = {"purpose": "fraud", "confidence": 0.88, "decision": "action_safety"}
    (await desk.answer(await desk.claimed(), "请先锁卡", judged=judged)).raise_for_status()
    async with world.database.reading() as session:
        turn = (await session.scalars(select(Turn))).one()
        message = await session.get_one(Message, turn.message_id)
    assert (turn.purpose, turn.confidence, turn.decision, turn.called_for) == ("fraud", 0.88, "action_safety", "danger")
    assert (message.danger, message.heard_by, message.severity) == ("money", "stolen", "紧急投诉")
    lead = await Office(world).browser("lead")
    [shown] = (await lead.get(f"/api/v1/handoffs/{receipt.conversation_id}/judgements")).json()["items"]
    assert (shown["purpose"], shown["heard_by"], shown["called_for"]) == ("fraud", ["stolen"], "danger")
    listed = (await lead.get("/api/v1/judgements?called=yes")).json()["items"]
    assert [each["seq"] for each in listed] == [shown["seq"]]
    assert (await lead.get("/api/v1/judgements?from=2026-03-09&to=2026-03-01")).status_code == 400
    page = (await lead.get(f"/console/conversations/{receipt.conversation_id}/judgements")).text
    assert "资金安全" in page
    assert "88%" in page
    assert "盗刷" in page
    assert "沈" not in page
    assert "机器人判断" in (await lead.get(f"/conversations/{receipt.conversation_id}")).text


async def test_a_turn_that_asked_for_a_person_keeps_that_as_its_reason(world: World) -> None:
    receipt = await world.says("转人工")
    await world.actions.post(
        f"/api/v1/conversations/{receipt.conversation_id}/handoff",
        json={"reason": "asked", "message_id": str(receipt.message_id)},
        headers={"Idempotency-Key": "k-2"},
    )
    async with world.database.reading() as session:
        assert list(await session.scalars(select(Turn.called_for))) == ["asked"]


async def test_nobody_sees_how_a_talk_outside_his_scope_was_judged(world: World) -> None:
    receipt = await world.says("我的卡被盗刷了")
    outlet = await Office(world).browser("outlet")
    answer = await outlet.get(f"/api/v1/handoffs/{receipt.conversation_id}/judgements")
    assert answer.status_code in (403, 404)
