import asyncio
import contextlib

import pytest
from sqlalchemy import select

from casebackend.api.client import Refused
from casebackend.conversations import model, service
from casebackend.conversations.model import Conversation
from channels.envelope import Author, Reply, Turn
from tests.channels.town import Town, until


async def engines(town: Town) -> list[str | None]:
    async with town.world.database.reading() as session:
        return list(await session.scalars(select(model.Turn.engine).order_by(model.Turn.created_at, model.Turn.seq)))


async def test_the_turn_reaches_the_bot_as_agreed(town: Town) -> None:
    await town.says("oA", "/restart 你们")
    (turn,) = town.bot.turns
    assert set(turn) == {"conversation", "message_id", "text", "channel", "metadata"}
    assert set(turn["metadata"]) == {"asked", "turn_id", "large"}
    assert (turn["channel"], turn["metadata"]["asked"]) == ("wechat", None)
    assert not turn["text"].startswith("/")


async def test_the_open_question_comes_back_with_the_next_turn(town: Town) -> None:
    town.bot.answer = lambda turn: [{"text": "哪家支行？", "choices": ["城东", "城西"], "asks": "field.unit"}]
    await town.says("oA", "投诉")
    await town.says("oA", "2")
    assert [(turn["text"], turn["metadata"]["asked"]) for turn in town.bot.turns] == [
        ("投诉", None),
        ("城西", "field.unit"),
    ]


async def test_a_process_that_dies_in_the_middle_of_a_turn_loses_nothing_and_doubles_nothing(town: Town) -> None:
    town.bot.seconds = 30
    call = asyncio.create_task(town.says("oA", "你好"))
    await until(lambda: len(town.bot.turns) == 1)
    await town.stop("channels")
    town.bot.seconds = 0
    town.world.wait(seconds=11)
    await town.start("channels")
    await call
    for _ in range(3):
        # a long poll of the dead process may still take the turn once: then its lease runs out as well
        with contextlib.suppress(AssertionError):
            await until(lambda: len(town.bot.turns) == 2, 2)
            break
        town.world.wait(seconds=11)
    assert len(town.bot.turns) == 2
    assert {turn["message_id"] for turn in town.bot.turns} == {town.bot.turns[0]["message_id"]}
    assert len(await town.sent("oA")) == 1
    assert await engines(town) == ["rasa"]


async def test_after_five_failures_the_bot_is_left_alone_and_then_probed(town: Town) -> None:
    town.bot.status = 500
    for number in range(6):
        await town.says(f"o{number}", "你好")
    assert len(town.bot.turns) == 5
    breaker = town.gateway.runner.breaker
    assert not breaker.allows()
    assert "bot-breaker-open" in town.gateway.ailments()
    town.bot.status = 200
    await until(lambda: breaker.state == "half_open", 30)
    assert (await town.says("oA", "你好"))["passive"].endswith("听到：你好")
    assert town.gateway.ailments() == []


async def test_how_the_bot_judged_a_message_is_kept_with_the_turn(town: Town) -> None:
    town.bot.judged = {"purpose": "urge", "confidence": 0.7, "decision": "action_urge"}
    await town.says("oA", "快点")
    async with town.world.database.reading() as session:
        turn = (await session.scalars(select(model.Turn))).one()
    assert (turn.purpose, turn.confidence, turn.decision) == ("urge", 0.7, "action_urge")


async def test_late_words_of_an_older_epoch_are_dropped(town: Town) -> None:
    town.bot.seconds = 0.5
    call = asyncio.create_task(town.says("oA", "你好"))
    await until(lambda: len(town.bot.turns) == 1)
    async with town.world.database.transaction() as session:
        turn = await session.scalar(select(model.Turn))
        conversation = await session.scalar(select(Conversation))
        assert turn is not None
        assert conversation is not None
        conversation.epoch += 1
        turn.epoch, turn.worker = conversation.epoch, "another"
    heard = await call
    assert "正在核对" in heard["passive"]
    assert town.wechat.sent == []


async def test_what_an_agent_says_reaches_the_customer_on_wechat(town: Town) -> None:
    await town.says("oA", "你好")
    async with town.world.database.transaction() as session:
        conversation = await session.scalar(select(Conversation))
        assert conversation is not None
        await service.say(
            session,
            conversation.id,
            author=Author.AGENT,
            replies=[Reply(text="我是工号 8001，正在核实。")],
            now=town.world.time,
        )
    assert await town.sent("oA") == ["我是工号 8001，正在核实。"]


async def test_without_the_bot_an_answer_to_a_survey_that_is_over_is_thanked_for(town: Town) -> None:
    town.bot.answer = lambda turn: [{"text": "请打分", "asks": "survey.score"}]
    await town.says("oA", "你好")
    await town.stop("bot")
    assert (await town.says("oA", "5"))["passive"].startswith("谢谢您的评价。")


async def test_a_refusal_the_questionnaire_has_no_words_for_is_still_answered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise Refused(409, {"type": "/problems/move-not-allowed"})

    await town.stop("bot")
    monkeypatch.setattr(town.gateway.backend, "urge", refuse)
    assert "没能完成" in (await town.says("oA", "催办"))["passive"]


class Broken:
    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    async def reply(self, turn: Turn) -> list[Reply]:
        raise self.fault


@pytest.mark.parametrize("fault", [Refused(403, {"type": "/problems/forbidden"}), ValueError("of our own")])
async def test_a_turn_taken_over_and_not_answered_is_given_back_at_once_until_a_person_gets_it(
    town: Town, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    await town.stop("bot")
    monkeypatch.setattr(town.gateway.runner, "_questionnaire", Broken(fault))
    await town.says("oA", "你好")
    assert "工作人员" in (await town.sent("oA"))[0]
    async with town.world.database.reading() as session:
        assert list(await session.scalars(select(model.Turn.state))) == ["escalated"]
