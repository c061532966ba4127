"""The identity check while the engine is away: the questionnaire asks the same."""

import pytest_asyncio
from sqlalchemy import select

from casebackend.conversations.model import Message
from tests.casebackend.cases.builders import ask, filed
from tests.casebackend.identity.checks import ON_FILE, Carrier, wrong
from tests.channels.town import Town
from tests.world import World


@pytest_asyncio.fixture
async def number(world: World) -> str:
    """A complaint from before the channels were up: nobody else answers its customer."""
    return (await filed(world)).number


async def test_a_customer_shows_who_he_is_without_the_engine(number: str, town: Town) -> None:
    carrier = await Carrier.ready(town.world)
    await town.stop("bot")

    async def says(text: str) -> str:
        return str((await town.says("oElsewhere", text))["passive"])

    assert "核实身份" in await says(f"查进度{number}")
    assert "11 位手机号" in await says("什么号码")
    assert "核实码短信" in await says(ON_FILE)
    code = await carrier.code()
    assert "6 位数字" in await says("我再看看")
    assert "还可以再试 2 次" in await says(wrong(code))
    told = await says(f"核实码是{code}")
    assert number in told
    assert "核实好了" in told
    assert "确定要撤回" in await says(f"撤诉{number}")
    assert "核实好了" not in await says("不撤了")
    assert "手机号名下" in await says("查进度TS20260302999999")


async def test_whoever_stops_or_guesses_wrong_is_told_without_the_engine(number: str, town: Town) -> None:
    carrier = await Carrier.ready(town.world)
    await town.stop("bot")

    async def says(text: str) -> str:
        return str((await town.says("oStranger", text))["passive"])

    await says(f"催办{number}")
    assert "先不核实" in await says("不用了")
    await says(f"撤诉{number}")
    await says(ON_FILE)
    code = await carrier.code()
    said = [await says(wrong(code)) for _ in range(3)]
    assert "以后才能再试" in said[-1]
    assert "以后才能再试" in await says(f"催办{number}")


async def test_more_is_added_and_a_paper_is_asked_for_without_the_engine(number: str, town: Town) -> None:
    carrier = await Carrier.ready(town.world)
    await town.stop("bot")

    async def says(text: str) -> str:
        return str((await town.says("oElsewhere", text))["passive"])

    assert "核实身份" in await says(f"补充{number}")
    await says(ON_FILE)
    assert "要补充的情况" in await says(await carrier.code())
    assert f"已补充到 {number}" in await says("大堂有录像可以证明")
    await says("没有了")
    async with town.world.database.reading() as session:
        newest = select(Message).where(Message.author == "customer", Message.text == "没有了")
        message = (await session.scalars(newest)).one()
    body = {"message_id": str(message.id), "action": "details"}
    url = f"/api/v1/conversations/{message.conversation_id}/identity"
    asked = await town.world.actions.post(url, json=body, headers={"Idempotency-Key": "begins"})
    assert asked.json()["next"] == "paper"
    await ask(town.world, message.conversation_id, "identity.paper")
    assert "完整的证件号码" in await says("什么号码")
    assert "暂时连不上" in await says("王小明 11010519491231002X")
