"""WeChat by its callback, as the platform sends it."""

import asyncio
import re
import sqlite3
from uuid import uuid4

import aiohttp

from ops.chain import Chain
from tests.e2e.customers import WechatCustomer, signature
from tests.e2e.desk import Staff, to_the_reply
from tests.e2e.talks import STORY, file_complaint


async def sent_to(chain: Chain, openid: str) -> list[str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{chain.url('wechat-double')}/sent", params={"openid": openid}) as answer,
    ):
        return [item["text"]["content"] for item in await answer.json()]


async def until_sent(chain: Chain, openid: str, word: str, *, seconds: float = 30) -> str:
    for _ in range(int(seconds * 5)):
        for text in await sent_to(chain, openid):
            if word in text:
                return text
        await asyncio.sleep(0.2)
    raise AssertionError(f"never sent: {word}")


def follower(chain: Chain) -> WechatCustomer:
    return WechatCustomer(chain.url("channels"), f"o{uuid4().hex}")


async def test_a_complaint_goes_the_whole_way_over_wechat(chain: Chain, agent: Staff, lead: Staff) -> None:
    customer = follower(chain)
    number = await file_complaint(customer.say)
    await to_the_reply(agent, lead, number)
    await until_sent(chain, customer.openid, "核查")
    survey = await until_sent(chain, customer.openid, "解决了吗")
    assert re.search(r"1[.、 ]", survey)
    await customer.say("1")
    await customer.say("5")
    await customer.say("没有")
    assert (await agent.get(f"/cases/{number}"))["status"] == "closed"


async def test_the_platform_verifies_the_address(chain: Chain) -> None:
    customer = follower(chain)
    async with aiohttp.ClientSession() as http:
        right = customer.query() | {"echostr": "8361270"}
        async with http.get(f"{chain.url('channels')}/wechat/callback", params=right) as answer:
            assert (answer.status, await answer.text()) == (200, "8361270")
        async with http.get(
            f"{chain.url('channels')}/wechat/callback", params=right | {"signature": signature("other", "1", "2")}
        ) as answer:
            assert answer.status == 403


async def test_a_message_delivered_three_times_is_answered_once(chain: Chain) -> None:
    customer = follower(chain)
    xml = customer.message(STORY, message_id=7_000_000_001)
    answers = await asyncio.gather(*(customer.post(xml) for _ in range(3)))
    again = await customer.post(xml)
    texts = {answer for answer in [*answers, again] if answer != "success"}
    assert len(texts) == 1
    with sqlite3.connect(chain.var / "tingsu.db") as database:
        stored = "SELECT count(*), count(DISTINCT t.id) FROM messages m JOIN turns t ON t.message_id = m.id"
        assert database.execute(f"{stored} WHERE m.external_id LIKE '%7000000001%'").fetchone() == (1, 1)
    assert chain.run("-m", "casebackend", "check").strip() == "一切正常"


async def test_a_customer_who_asks_for_a_person_at_any_turn_gets_one(chain: Chain, agent: Staff) -> None:
    customer = follower(chain)
    await customer.say(STORY)
    assert "人工" in await customer.say("算了我不想跟机器说 转人工")
    assert any(item["channel"] == "wechat" for item in (await agent.get("/handoffs"))["items"])
