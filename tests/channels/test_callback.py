"""Asked when a call suits: answered without an engine, whichever of them runs."""

from sqlalchemy import select

from casebackend.conversations import model
from casebackend.conversations.model import Conversation
from tests.channels.town import Town


async def asked(town: Town) -> str:
    """Away from Rasa, the fixed questionnaire asks."""
    await town.stop("bot")
    return str((await town.says("oA", "转人工"))["passive"])


async def test_the_questionnaire_asks_when_a_call_suits_and_takes_the_number_of_a_choice(town: Town) -> None:
    said = await asked(town)
    assert "什么时候方便接电话" in said
    assert "5. 都可以" in said
    assert "已记下您方便接电话的时间" in (await town.says("oA", "3"))["passive"]
    async with town.world.database.reading() as session:
        assert (await session.scalars(select(Conversation))).one().wanted_from is not None


async def test_a_time_at_which_nobody_calls_is_refused_with_those_that_are_offered(town: Town) -> None:
    await asked(town)
    said = (await town.says("oA", "半夜，晚上11点"))["passive"]
    assert "不在可以回电的服务时间内" in said
    assert "5. 都可以" in said
    assert "时间不变" in (await town.says("oA", "*"))["passive"]


async def test_the_engine_is_not_asked_about_a_time_and_hears_everything_else_with_nothing_open(town: Town) -> None:
    await asked(town)
    await town.start("bot")
    town.gateway.runner.breaker.succeeded()
    assert "已记下" in (await town.says("oA", "都明天上午方便"))["passive"]
    assert town.bot.turns == []
    await town.says("oA", "我想问问年费")
    assert [(turn["text"], turn["metadata"]["asked"]) for turn in town.bot.turns] == [("我想问问年费", None)]
    async with town.world.database.reading() as session:
        engines = (await session.scalars(select(model.Turn.engine).order_by(model.Turn.seq))).all()
    assert engines == ["questionnaire", "desk", "rasa"]


async def test_without_an_engine_everything_else_goes_to_the_questionnaire(town: Town) -> None:
    await asked(town)
    assert "没有" in (await town.says("oA", "查进度"))["passive"]
