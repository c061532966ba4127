import asyncio
from uuid import UUID, uuid4

import aiohttp

from channels.callers import Callers
from channels.envelope import Channel, DeliveryView, Turn
from channels.wechat.api import WechatApi
from channels.wechat.desk import loop_time
from channels.wechat.line import WechatLine
from channels.wechat.token import AccessToken

MESSAGE = UUID(int=7)


def message() -> dict[str, object]:
    return {
        "id": uuid4(),
        "conversation_id": UUID(int=1),
        "seq": 1,
        "author": "bot",
        "text": "您好",
        "choices": [],
        "at": "2026-03-02T10:00:00Z",
    }


def delivery(*, passive: bool = True) -> DeliveryView:
    return DeliveryView.model_validate(
        {
            "id": uuid4(),
            "conversation_id": UUID(int=1),
            "channel": Channel.WECHAT,
            "receiver": "oA",
            "messages": [message()],
            "state": "claimed",
            "passive": passive,
        }
    )


async def wait(callers: Callers, *, seconds: float, last: float) -> DeliveryView | None:
    now = loop_time()
    call = callers.join(MESSAGE)
    return await callers.wait(MESSAGE, call, until=now + seconds, at_last=now + last)


async def test_nobody_waits_so_nothing_is_promised_and_the_answer_comes_back() -> None:
    callers = Callers()
    assert not await callers.expects(MESSAGE)
    assert not callers.give(MESSAGE, delivery())


async def test_every_caller_of_one_message_gets_the_same_answer_and_one_reports_it() -> None:
    callers = Callers()
    waiting = [asyncio.create_task(wait(callers, seconds=1, last=1)) for _ in range(3)]
    await asyncio.sleep(0)
    call = callers.join(MESSAGE)
    assert await callers.expects(MESSAGE)
    given = delivery()
    assert callers.give(MESSAGE, given)
    assert await asyncio.gather(*waiting) == [given] * 3
    assert [call.carry() for _ in range(3)] == [True, False, False]


async def test_a_promise_is_waited_for_a_little_longer() -> None:
    callers = Callers()
    waiting = asyncio.create_task(wait(callers, seconds=0.05, last=0.5))
    await asyncio.sleep(0)
    assert await callers.expects(MESSAGE)
    await asyncio.sleep(0.1)
    assert not waiting.done()
    given = delivery()
    assert callers.give(MESSAGE, given)
    assert await waiting is given


async def test_an_answer_after_the_caller_has_gone_is_handed_back() -> None:
    callers = Callers()
    waiting = asyncio.create_task(wait(callers, seconds=0.05, last=0.1))
    await asyncio.sleep(0)
    assert await callers.expects(MESSAGE)
    assert await waiting is None
    assert not callers.give(MESSAGE, delivery())


async def test_a_caller_who_hung_up_is_not_waited_on() -> None:
    callers = Callers()
    waiting = asyncio.create_task(wait(callers, seconds=1, last=1))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not await callers.expects(MESSAGE)


async def test_a_turn_quicker_than_its_caller_waits_for_the_caller_to_join() -> None:
    callers = Callers()

    async def call_in() -> DeliveryView | None:
        with callers.arriving():
            await asyncio.sleep(0.05)
            call = callers.join(MESSAGE)
        return await callers.wait(MESSAGE, call, until=loop_time() + 1, at_last=loop_time() + 1)

    caller = asyncio.create_task(call_in())
    await asyncio.sleep(0)
    assert await callers.expects(MESSAGE)
    assert callers.give(MESSAGE, given := delivery())
    assert await caller is given


async def test_callers_are_sent_home_when_the_answer_comes_another_way() -> None:
    callers = Callers()
    waiting = asyncio.create_task(wait(callers, seconds=50, last=50))
    await asyncio.sleep(0)
    assert await callers.expects(MESSAGE)
    assert not callers.give(MESSAGE, None)
    assert await asyncio.wait_for(waiting, 30) is None


async def test_a_delivery_that_is_to_go_out_actively_is_never_given_to_a_caller() -> None:
    callers = Callers()
    async with aiohttp.ClientSession() as http:
        line = WechatLine(WechatApi(http, "", AccessToken(http, "", "", "")), callers)
        turn = Turn.model_validate(
            {
                "id": uuid4(),
                "message_id": MESSAGE,
                "conversation_id": UUID(int=1),
                "channel": "wechat",
                "text": "你好",
                "asked": None,
                "epoch": 0,
                "attempt": 2,
                "lease_until": "2026-03-02T10:00:00Z",
            }
        )
        for passive in (False, True):
            waiting = asyncio.create_task(wait(callers, seconds=50, last=50))
            await asyncio.sleep(0)
            assert await line.awaits(turn)
            given = delivery(passive=passive)
            assert line.take(turn, given) is passive
            assert await asyncio.wait_for(waiting, 30) == (given if passive else None)
