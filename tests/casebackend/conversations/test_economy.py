"""What one turn asks of the database, and whom it wakes. More statements would be slower, not wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.casebackend.conversations.desk import Desk
from tests.statements import counted
from tests.world import World

# With the look at the caller's token; a bubble more or less costs nothing.
MOST_TO_STORE, MOST_TO_CLAIM, MOST_TO_FINISH = 10, 8, 10


async def test_a_turn_takes_few_statements(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    await desk.answered(await desk.claimed(), "您好", passive=True)
    with counted(world) as storing:
        await desk.hears("我要投诉")
    with counted(world) as claiming:
        turn = await desk.claimed()
    with counted(world) as finishing:
        delivery = await desk.answered(turn, "您好", "请说", "发生了什么", asks="field.facts", passive=True)
    assert [message.text for message in delivery.messages] == ["您好", "请说", "发生了什么"]
    for said, most in ((storing, MOST_TO_STORE), (claiming, MOST_TO_CLAIM), (finishing, MOST_TO_FINISH)):
        asked = [each for each in said if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
        assert len(asked) <= most, "\n".join(each[:90] for each in asked)


@asynccontextmanager
async def waiting(world: World, topic: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(world.database.signals.wait(topic, 300))
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()


async def woken(task: asyncio.Task[None]) -> bool:
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task.done()


async def test_an_answer_wakes_whoever_waits_for_turns_only_when_more_was_said(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    first = await desk.claimed()
    await desk.answered(first)
    await desk.hears("第二句")
    second = await desk.claimed()
    async with waiting(world, "turns") as alone:
        await desk.answered(second)
        assert not await woken(alone)
    await desk.hears("第三句")
    third = await desk.claimed()
    await desk.hears("第四句")
    async with waiting(world, "turns") as more:
        await desk.answered(third)
        assert await woken(more)


async def test_a_message_wakes_whoever_carries_deliveries_only_when_one_was_held(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    await desk.answered(await desk.claimed(), "您好")
    [delivery] = await desk.deliveries()
    done = await desk.post(f"/deliveries/{delivery.id}/done", worker="d1", outcome="held")
    done.raise_for_status()
    async with waiting(world, "deliveries") as held:
        await desk.hears("我回来了")
        assert await woken(held)
    [again] = await desk.deliveries()
    assert again.id == delivery.id
    (await desk.post(f"/deliveries/{again.id}/done", worker="d1", outcome="sent")).raise_for_status()
    async with waiting(world, "deliveries") as nothing:
        await desk.hears("还在吗")
        assert not await woken(nothing)


async def test_the_words_of_an_answer_come_masked_without_being_read_again(world: World) -> None:
    desk = Desk(world)
    await desk.hears("我的电话是13800138000")
    turn = await desk.claimed()
    token = turn.text.removeprefix("我的电话是")
    assert "138" not in token
    delivery = await desk.answered(turn, f"您的电话是{token}吗", passive=True)
    assert delivery.passive
    assert "8000" in delivery.messages[-1].text
    assert "13800138000" not in delivery.messages[-1].text
