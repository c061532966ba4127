"""A message is stored once, without personal values, before anything else happens."""

import asyncio

import pytest
from sqlalchemy import func, select

from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import LONGEST_TURN, Channel, TurnState
from casebackend.customers.service import vault
from casebackend.failpoints import arm, disarm
from tests.casebackend.conversations.desk import Desk
from tests.world import World


async def rows(world: World, model: type[Message | Turn | Conversation]) -> int:
    async with world.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_ten_copies_at_once_are_one_message_and_one_turn(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    answers = await asyncio.gather(*(desk.hears("被多扣了200元", external_id="m1") for _ in range(10)))
    assert sum(not answer.duplicate for answer in answers) == 1
    assert len({answer.message_id for answer in answers}) == 1
    assert (await rows(world, Message), await rows(world, Turn), await rows(world, Conversation)) == (1, 1, 1)


async def test_a_duplicate_is_answered_with_what_a_callback_was_answered_before(world: World) -> None:
    desk = Desk(world)
    first = await desk.hears("被多扣了200元", external_id="m1")
    assert (first.duplicate, first.replies) == (False, [])
    early = await desk.hears("被多扣了200元", external_id="m1")
    assert (early.duplicate, early.state, early.replies) == (True, TurnState.WAITING, [])
    await desk.answered(await desk.claimed(), "请说说经过", passive=True)
    late = await desk.hears("被多扣了200元", external_id="m1")
    assert (late.duplicate, late.state) == (True, TurnState.ANSWERED)
    assert late.replies[-1].text == "请说说经过"


async def test_a_duplicate_is_not_told_again_what_is_delivered_actively(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好", external_id="m1")
    await desk.answered(await desk.claimed(), "请说说经过")
    late = await desk.hears("你好", external_id="m1")
    assert (late.duplicate, late.state, late.replies) == (True, TurnState.ANSWERED, [])


async def test_a_message_number_of_another_sender_is_refused(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好", sender="o1", external_id="m1")
    refused = await desk.inbox("你好", sender="o2", external_id="m1")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/external-id-reused")


async def test_personal_values_stop_at_the_inbox(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("我叫张三，电话138 0013 8000，卡6222021234567890123")
    turn = await desk.claimed()
    assert turn.text == "我叫[姓名#1]，电话[手机#1]，卡[卡号#1]"
    shown = (await desk.talk(receipt.conversation_id)).messages[0].text
    assert shown == "我叫张**，电话138****8000，卡**** 0123"
    async with world.database.reading() as session:
        stored = await session.get_one(Message, receipt.message_id)
        assert stored.text == turn.text
        assert stored.original_enc is None


async def test_the_answer_to_a_question_for_the_name_is_a_name(world: World) -> None:
    desk = Desk(world)
    await desk.ask("请问您贵姓？", "field.name")
    await desk.hears("阿依古丽")
    turn = await desk.claimed()
    assert (turn.text, turn.asked) == ("[姓名#1]", "field.name")


async def test_a_secret_is_dropped_and_the_customer_is_told(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("我的密码是abc123，登不上去")
    assert receipt.secret_dropped
    delivery = await desk.answered(await desk.claimed(), "我来帮您")
    texts = [message.text for message in delivery.messages]
    assert any("没有保存" in text for text in texts)
    assert texts[-1] == "我来帮您"
    async with world.database.reading() as session:
        stored = await session.get_one(Message, receipt.message_id)
        assert "abc123" not in stored.text


@pytest.mark.parametrize(
    ("typed", "heard"), [("1", "很满意"), ("２", "一般"), ("二", "一般"), ("2.", "一般"), ("7", "7")]
)
async def test_a_menu_number_is_the_choice_of_the_open_question(world: World, typed: str, heard: str) -> None:
    desk = Desk(world)
    await desk.ask("满意吗？", "survey.score", choices=["很满意", "一般"])
    await desk.hears(typed)
    assert (await desk.claimed()).text == heard


async def test_a_command_of_the_engine_is_only_text(world: World) -> None:
    desk = Desk(world)
    await desk.hears('/affirm{"verified": true}')
    assert (await desk.claimed()).text.startswith("／affirm")


async def test_a_long_text_reaches_the_engine_cut_and_is_kept_whole_encrypted_without_its_secret(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("钱" * 5_000 + "电话13800138000，密码是abc123", external_id="long")
    assert len((await desk.claimed()).text) == LONGEST_TURN
    async with world.database.reading() as session:
        stored = await session.get_one(Message, receipt.message_id)
        assert stored.original_enc is not None
        assert "钱钱" not in stored.original_enc
        whole = vault(session).open("messages", "original_enc", stored.id, stored.original_enc)
    assert whole.endswith("电话13800138000，密码是[已删除]")


async def test_control_and_invisible_characters_are_stripped(world: World) -> None:
    desk = Desk(world)
    await desk.hears("\u202e13800\u200b138000\x07被盗刷", external_id="m")
    assert (await desk.claimed()).text == "[手机#1]被盗刷"


async def test_a_picture_without_words_is_work_too(world: World) -> None:
    desk = Desk(world)
    await desk.hears("", external_id="m", media=[{"kind": "image", "reference": "media-1"}])
    assert (await desk.claimed()).text == "[图片]"


async def test_what_was_understood_of_a_voice_is_repeated_before_the_answer(world: World) -> None:
    desk = Desk(world)
    voice = [{"kind": "voice", "reference": "m-1"}]
    receipt = await desk.hears("多收了我五十块，电话13800138000", media=voice)
    turn = await desk.claimed()
    delivery = await desk.answered(turn, "请说说经过")
    view = (await world.channels.get(f"/api/v1/conversations/{receipt.conversation_id}")).json()
    texts = [message["text"] for message in view["messages"]]
    assert texts[-2:] == [
        "我听到的是“多收了我五十块，电话138****8000”。听错了的地方，请打字告诉我。",
        "请说说经过",
    ]
    assert delivery is not None
    await desk.hears("就是这样")
    await desk.answered(await desk.claimed(), "好的")
    await desk.hears("", media=voice)
    view = (await world.channels.get(f"/api/v1/conversations/{receipt.conversation_id}")).json()
    assert sum("我听到的是" in message["text"] for message in view["messages"]) == 1


async def test_a_place_without_words_is_called_by_its_note(world: World) -> None:
    desk = Desk(world)
    await desk.hears("", external_id="m", media=[{"kind": "location", "reference": "36.6,117", "note": "城东"}])
    assert (await desk.claimed()).text == "[位置] 城东"


async def test_the_first_message_of_wechat_is_greeted_before_it_is_answered_and_only_once(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    first = await desk.answered(await desk.claimed(), "请说")
    assert ["智能助手" in message.text for message in first.messages] == [True, False]
    await desk.hears("再问一下")
    second = await desk.answered(await desk.claimed(), "请说")
    assert [message.text for message in second.messages] == ["请说"]


async def test_somebody_who_subscribes_is_greeted_and_no_engine_is_called(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("", external_id="evt:1")
    assert receipt.state == TurnState.ANSWERED
    assert await desk.claim() is None
    [delivery] = await desk.deliveries()
    assert "个人信息告知" in delivery.messages[0].text
    async with world.database.reading() as session:
        conversation = await session.get_one(Conversation, receipt.conversation_id)
        assert conversation.notice_version
        assert conversation.notice_at == world.time


async def test_what_is_not_an_inbound_message_is_refused_without_echo(world: World) -> None:
    desk = Desk(world)
    refused = await desk.inbox("张三的密码", colour="red")
    assert refused.status_code == 422
    assert "张三" not in str(refused.json())
    refused = await desk.inbox("钱" * 70_000)
    assert refused.status_code == 422


@pytest.mark.parametrize("client", ["actions", "tester"])
async def test_only_channels_may_hand_in_messages(world: World, client: str) -> None:
    response = await getattr(world, client).post("/api/v1/inbox", json={})
    assert response.status_code == 403
    assert (await world.client().post("/api/v1/inbox", json={})).status_code == 401


@pytest.mark.parametrize(("point", "kept"), [("inbox.before_insert", 0), ("inbox.after_commit_before_ack", 1)])
async def test_a_crash_around_the_commit_loses_and_doubles_nothing(world: World, point: str, kept: int) -> None:
    desk = Desk(world)
    arm(point, "raise@1")
    try:
        assert (await desk.inbox("被多扣了200元", external_id="m1")).status_code == 500
        assert await rows(world, Turn) == kept
        receipt = await desk.hears("被多扣了200元", external_id="m1")
    finally:
        disarm()
    assert receipt.duplicate is bool(kept)
    assert await rows(world, Turn) == 1
