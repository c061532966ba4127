import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import func, select

from casebackend.conversations.model import Delivery, Message
from channels.wechat.signature import sign
from tests.channels.town import ACCOUNT, WECHAT_TOKEN, Town, say, until


def body(msg_id: int, text: str = "你好", account: str = ACCOUNT) -> bytes:
    return (
        f"<xml><ToUserName>{account}</ToUserName><FromUserName>oA</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>{msg_id}</MsgId></xml>"
    ).encode()


def signed(nonce: str, *, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    return {"signature": sign(WECHAT_TOKEN, stamp, nonce), "timestamp": stamp, "nonce": nonce}


async def post(town: Town, params: dict[str, str], content: bytes) -> tuple[int, str]:
    async with town.http.post(town.url("channels", "/wechat/callback"), params=params, data=content) as answer:
        return answer.status, await answer.text()


async def stored(town: Town) -> int:
    async with town.world.database.reading() as session:
        count = await session.scalar(select(func.count()).select_from(Message).where(Message.author == "customer"))
        return count or 0


async def deliveries(town: Town) -> list[Any]:
    async with town.world.database.reading() as session:
        rows = await session.execute(select(Delivery.state, Delivery.passive).order_by(Delivery.created_at))
        return [tuple(row) for row in rows]


async def test_the_address_is_proved_to_the_platform(town: Town) -> None:
    url = town.url("channels", "/wechat/callback")
    async with town.http.get(url, params=signed("1") | {"echostr": "42"}) as answer:
        assert (answer.status, await answer.text()) == (200, "42")
    async with town.http.get(url, params=signed("1") | {"nonce": "2", "echostr": "42"}) as answer:
        assert answer.status == 403


async def test_a_quick_answer_goes_back_on_the_callback_and_costs_no_quota(town: Town) -> None:
    heard = await town.says("oA", "你好")
    assert heard["tries"] == 1
    assert heard["passive"].endswith("听到：你好")
    assert town.wechat.sent == []
    await until_delivered(town, [("sent", True)])


async def until_delivered(town: Town, states: list[tuple[str, bool]]) -> None:
    for _ in range(200):
        if await deliveries(town) == states:
            return
        await asyncio.sleep(0.02)
    assert await deliveries(town) == states


async def test_a_slow_answer_comes_by_the_active_api_and_only_there(town: Town) -> None:
    town.bot.seconds = 4.6
    heard = await town.says("oA", "你好")
    assert heard["tries"] == 1
    assert heard["passive"] == "已收到，正在核对，请稍等，马上答复您。"
    assert (await town.sent("oA"))[0].endswith("听到：你好")
    await until_delivered(town, [("sent", False)])
    assert len(town.wechat.sent) == 1


async def test_with_the_bot_stopped_the_questionnaire_answers_within_a_second(town: Town) -> None:
    await town.stop("bot")
    seconds = []
    for openid in ("oA", "oB", "oC"):
        began = time.perf_counter()
        heard = await town.says(openid, "你好")
        seconds.append(time.perf_counter() - began)
        assert "1. 我要投诉" in heard["passive"]
    assert min(seconds) < 1


@pytest.mark.parametrize("fault", ["status", "silence", "nonsense"])
async def test_an_error_or_silence_of_the_bot_is_answered_by_the_questionnaire(town: Town, fault: str) -> None:
    if fault == "status":
        town.bot.status = 500
    town.bot.answer = lambda _: [] if fault == "silence" else [{"text": ""}]
    assert "我要投诉" in (await town.says("oA", "你好"))["passive"]


async def test_three_deliveries_of_one_message_are_one_turn_and_one_answer(town: Town) -> None:
    town.bot.seconds = 0.3
    answers = await asyncio.gather(*(post(town, signed(str(nonce)), body(7)) for nonce in range(3)))
    assert [status for status, _ in answers] == [200] * 3
    contents = {text.partition("<Content>")[2] for _, text in answers}
    assert len(contents) == 1
    assert "听到：你好" in contents.pop()
    assert (len(town.bot.turns), await stored(town), town.wechat.sent) == (1, 1, [])


async def test_a_resend_after_a_restart_gets_the_stored_answer(town: Town) -> None:
    first = await post(town, signed("1"), body(7))
    await town.stop("channels")
    await town.start("channels")
    again = await post(town, signed("2"), body(7))
    assert first[1].partition("<Content>")[2] == again[1].partition("<Content>")[2]
    assert len(town.bot.turns) == 1


async def test_many_messages_sent_three_times_each_are_each_answered_once(town: Town) -> None:
    def call(number: int, attempt: int) -> Any:
        content = body(1000 + number, f"第{number}条").replace(b">oA<", f">o{number % 20}<".encode())
        return post(town, signed(f"{number}-{attempt}"), content)

    answers = await asyncio.gather(*(call(number, attempt) for attempt in range(3) for number in range(100)))
    assert {status for status, _ in answers} == {200}
    await until(lambda: len({turn["message_id"] for turn in town.bot.turns}) == 100, 30)
    assert len(town.bot.turns) == 100
    assert await stored(town) == 100


@pytest.mark.parametrize("wrong", ["signature", "old", "account"])
async def test_what_is_forged_leaves_no_trace(town: Town, wrong: str) -> None:
    params, content = signed("9"), body(8)
    if wrong == "signature":
        params["signature"] = "0" * 40
    if wrong == "old":
        params = signed("9", at=time.time() - 301)
    if wrong == "account":
        content = body(8, account="gh_other")
    before = await stored(town)
    assert (await post(town, params, content))[0] == 403
    assert await stored(town) == before


async def test_who_follows_us_is_greeted(town: Town) -> None:
    heard = await town.wechat.call_back("oA", {"MsgType": "event", "Event": "subscribe", "EventKey": ""})
    assert "智能助手" in heard["passive"]
    assert town.wechat.sent == []


async def test_a_menu_click_is_the_same_as_saying_it(town: Town) -> None:
    heard = await town.wechat.call_back("oA", {"MsgType": "event", "Event": "CLICK", "EventKey": "PROGRESS"})
    assert heard["passive"].endswith("听到：查进度")


async def test_an_answer_too_long_for_one_text_comes_in_parts_by_the_active_api(town: Town) -> None:
    town.bot.answer = lambda _: [say("一" * 900), say("好的吗？", ["好", "不好"])]
    heard = await town.says("oA", "你好")
    assert (heard["tries"], heard["passive"]) == (1, None)
    parts = await town.sent("oA", count=2)
    assert parts[-1].endswith("1. 好\n2. 不好")


async def test_while_the_backend_is_away_messages_are_kept_and_answered_in_order_afterwards(town: Town) -> None:
    await town.stop("backend")
    words = ["先说甲事", "再说乙事", "还有丙事"]
    for each in words:
        heard = await town.says("oA", each)
        assert heard["passive"].startswith("已收到，系统正在恢复，先为您记作待登记")
    await town.start("backend")
    await until(lambda: len(town.bot.turns) == 3, 15)
    assert [turn["text"] for turn in town.bot.turns] == words
    assert [text.rpartition("：")[2] for text in await town.sent("oA", count=3)] == words
    assert len(town.gateway.spool) == 0


async def test_a_message_kept_by_a_killed_process_is_passed_on_by_the_next(town: Town) -> None:
    await town.stop("backend")
    await town.says("oA", "先留着")
    await town.stop("channels")
    await town.start("backend")
    await town.start("channels")
    await until(lambda: len(town.bot.turns) == 1, 15)
    assert town.bot.turns[0]["text"] == "先留着"


async def test_an_image_is_taken_with_its_reference(town: Town) -> None:
    heard = await town.wechat.call_back("oA", {"MsgType": "image", "MediaId": "m-1", "PicUrl": "http://x.test/1"})
    assert heard["passive"].endswith("听到：[图片]")
