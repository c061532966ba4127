"""Turns are claimed in order, one at a time, and nobody's late answer is heard."""

import asyncio
from uuid import uuid4

from sqlalchemy import select

from casebackend.api.conversations import Turn as TurnView
from casebackend.conversations.model import Conversation, Turn
from casebackend.conversations.rules import LEASE_SECONDS, MAX_ATTEMPTS, Owner, TurnState
from tests.casebackend.conversations.desk import Desk
from tests.world import World


async def state_of(world: World, turn: TurnView) -> str:
    async with world.database.reading() as session:
        return (await session.get_one(Turn, turn.id)).state


async def test_messages_of_one_conversation_are_worked_on_one_after_another(world: World) -> None:
    desk = Desk(world)
    for text in ("先来的话", "后来的话"):
        await desk.hears(text)
    first = await desk.claimed()
    assert first.text == "先来的话"
    assert await desk.claim("w2") is None
    await desk.answered(first)
    assert (await desk.claimed("w2")).text == "后来的话"


async def test_conversations_do_not_wait_for_each_other(world: World) -> None:
    desk = Desk(world)
    await desk.hears("甲", sender="a")
    await desk.hears("乙", sender="b")
    assert {(await desk.claimed()).text, (await desk.claimed("w2")).text} == {"甲", "乙"}


async def test_a_turn_whose_worker_died_is_free_when_its_lease_is_over(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    first = await desk.claimed("dies")
    world.wait(seconds=LEASE_SECONDS - 1)
    assert await desk.claim("w2") is None
    world.wait(seconds=1)
    again = await desk.claimed("w2")
    assert (again.id, again.attempt) == (first.id, 2)
    late = await desk.answer(first, worker="dies")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/claim-lost")
    await desk.answered(again, worker="w2")


async def test_a_worker_that_was_only_slow_may_still_answer_if_nobody_took_the_turn(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    turn = await desk.claimed()
    world.wait(seconds=LEASE_SECONDS * 3)
    assert (await desk.answer(turn)).status_code == 200


async def test_after_five_attempts_a_person_is_called_and_the_customer_is_told(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("你好")
    for _ in range(MAX_ATTEMPTS):
        turn = await desk.claimed("dies")
        world.wait(seconds=LEASE_SECONDS)
    assert await desk.claim() is None
    assert await state_of(world, turn) == TurnState.ESCALATED
    talk = await desk.talk(receipt.conversation_id)
    assert talk.owner == Owner.QUEUED
    assert "很抱歉" in talk.messages[-1].text
    [delivery] = await desk.deliveries()
    assert "很抱歉" in delivery.messages[-1].text
    await desk.hears("还在吗")
    assert (await desk.claimed()).text == "还在吗"


async def test_the_answer_is_stored_once_when_the_worker_repeats_it(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("你好")
    turn = await desk.claimed()
    first = await desk.answered(turn, "您好")
    again = await desk.answered(turn, "您好")
    assert again.id == first.id
    assert [message.text for message in (await desk.talk(receipt.conversation_id)).messages].count("您好") == 1
    other = await desk.answer(turn, worker="w2")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/claim-lost")


async def test_the_questionnaire_takes_over_and_the_late_engine_is_not_heard(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("你好")
    turn = await desk.claimed()
    response = await desk.post(f"/turns/{turn.id}/takeover", worker="w1", epoch=turn.epoch)
    taken = TurnView.model_validate_json(response.content)
    assert taken.epoch == turn.epoch + 1
    late = await desk.answer(turn, "太晚了")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/old-epoch")
    await desk.answered(taken, "请说说经过", engine="questionnaire")
    assert "太晚了" not in [message.text for message in (await desk.talk(receipt.conversation_id)).messages]
    again = await desk.post(f"/turns/{turn.id}/takeover", worker="w1", epoch=taken.epoch)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/claim-lost")
    stale = await desk.post(f"/turns/{turn.id}/takeover", worker="w1", epoch=turn.epoch)
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/old-epoch")


async def test_a_turn_that_failed_is_given_back_at_once(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    turn = await desk.claimed()
    body = {"worker": "w1", "epoch": turn.epoch, "reason": "bot.silent"}
    assert (await desk.post(f"/turns/{turn.id}/failed", **body)).status_code == 204
    again = await desk.claimed("w2")
    assert (again.id, again.attempt) == (turn.id, 2)
    lost = await desk.post(f"/turns/{turn.id}/failed", **body)
    assert (lost.status_code, lost.json()["type"]) == (409, "/problems/claim-lost")
    old = await desk.post(f"/turns/{turn.id}/failed", worker="w2", epoch=again.epoch - 1, reason="x")
    assert old.json()["type"] == "/problems/old-epoch"


async def test_unknown_turns_are_not_found(world: World) -> None:
    desk = Desk(world)
    for verb, body in (
        ("done", {"engine": "rasa", "replies": [{"text": "x"}]}),
        ("takeover", {}),
        ("failed", {"reason": "x"}),
    ):
        response = await desk.post(f"/turns/{uuid4()}/{verb}", worker="w1", epoch=0, **body)
        assert (response.status_code, response.json()["type"]) == (404, "/problems/turn-not-found")


async def test_an_answer_without_a_word_is_refused(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    turn = await desk.claimed()
    assert (await desk.answer(turn, replies=[])).status_code == 422


async def test_a_waiting_runner_is_woken_by_a_message(world: World) -> None:
    desk = Desk(world)
    poll = asyncio.create_task(desk.claim(wait=20))
    await asyncio.sleep(0.1)
    await desk.hears("你好")
    turn = await asyncio.wait_for(poll, timeout=15)
    assert turn is not None
    assert turn.text == "你好"


async def test_a_runner_that_waits_in_vain_gets_nothing(world: World) -> None:
    assert await Desk(world).claim(wait=0.2) is None


async def test_the_turn_carries_the_question_that_is_open_when_it_begins(world: World) -> None:
    desk = Desk(world)
    await desk.hears("张三")
    await desk.hears("13800138000")
    await desk.answered(await desk.claimed(), "请留下联系电话", asks="field.phone")
    assert (await desk.claimed()).asked == "field.phone"


async def test_words_of_the_bot_that_ask_nothing_close_the_question(world: World) -> None:
    desk = Desk(world)
    await desk.ask("请问您贵姓？", "field.name")
    await desk.hears("取消")
    await desk.answered(await desk.claimed(), "已取消")
    async with world.database.reading() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
        assert (conversation.asked, conversation.choices) == (None, [])
