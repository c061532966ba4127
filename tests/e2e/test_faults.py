"""What may break while customers talk (reliability.md section 2, at test scale)."""

import asyncio
import contextlib
import json
import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from ops.chain import Chain
from tests.e2e.customers import Nothing, WebCustomer, WechatCustomer
from tests.e2e.desk import Staff
from tests.e2e.talks import STORY, file_complaint

PHONE, ID_NUMBER, NAME, CARD = "13700137654", "11010519491231002X", "欧阳锦绣", "6222021234567890128"


def follower(chain: Chain) -> WechatCustomer:
    return WechatCustomer(chain.url("channels"), f"o{uuid4().hex}")


def healthy(chain: Chain) -> None:
    assert chain.run("-m", "casebackend", "check").strip() == "一切正常"
    assert chain.run("-m", "casebackend", "audit", "verify").startswith("一切正常")


@pytest.fixture
def stopped_bot(chain: Chain) -> Iterator[Chain]:
    chain.stop("bot")
    yield chain
    chain.start("bot")
    chain.wait("bot")


async def test_f01_three_hundred_callbacks_thrice_are_answered_once_each(chain: Chain) -> None:
    senders = [follower(chain) for _ in range(30)]
    posts = [
        (sender, sender.message(f"你好{turn}", message_id=8_000_000_000 + 100 * index + turn))
        for index, sender in enumerate(senders)
        for turn in range(10)
    ]
    gate = asyncio.Semaphore(12)

    async def thrice(sender: WechatCustomer, xml: str) -> None:
        async with gate:
            await asyncio.gather(*(sender.post(xml) for _ in range(3)))

    await asyncio.gather(*(thrice(sender, xml) for sender, xml in posts))
    await settled(chain)
    with sqlite3.connect(chain.var / "tingsu.db") as database:
        mine = "external_id LIKE '%:80000%'"
        assert database.execute(f"SELECT count(*) FROM messages WHERE {mine}").fetchone() == (300,)
        answered = "SELECT count(*), sum(state = 'answered') FROM turns"
        theirs = f"WHERE message_id IN (SELECT id FROM messages WHERE {mine})"
        assert database.execute(f"{answered} {theirs}").fetchone() == (300, 300)
        carried = f"SELECT count(*), count(DISTINCT delivery_id) FROM turns {theirs} AND delivery_id IS NOT NULL"
        assert database.execute(carried).fetchone() == (300, 300)


async def settled(chain: Chain, *, seconds: float = 60) -> None:
    """Until no turn is waiting or claimed."""
    for _ in range(int(seconds * 4)):
        with sqlite3.connect(chain.var / "tingsu.db") as database:
            if database.execute("SELECT count(*) FROM turns WHERE state IN ('waiting', 'claimed')").fetchone() == (0,):
                return
        await asyncio.sleep(0.25)
    raise AssertionError("turns are left")


async def test_f05_with_rasa_stopped_the_questionnaire_files_the_same_complaint(
    stopped_bot: Chain, agent: Staff
) -> None:
    customer = follower(stopped_bot)
    number = await file_complaint(customer.say)
    case = await agent.get(f"/cases/{number}")
    assert (case["unit"], case["amount"], case["customer_phone"]) == ("朝阳支行", "200.00", "138****8000")


async def test_f05_twenty_seconds_without_rasa_leave_nobody_without_an_answer(chain: Chain) -> None:
    customers = [follower(chain) for _ in range(10)]
    chain.kill("bot")
    heard: list[str] = []
    for _ in range(10):
        heard += await asyncio.gather(*(customer.say("你们柜台乱收费，我很生气") for customer in customers))
        await asyncio.sleep(2)
    chain.start("bot")
    chain.wait("bot")
    await settled(chain)
    assert len(heard) == 100
    assert [turns_of(chain, customer.openid) for customer in customers] == [[("answered",)] * 10] * 10
    if "success" in heard:
        assert all([await until_answered(chain, customer) for customer in customers])
    await rasa_answers_again(chain)


async def rasa_answers_again(chain: Chain) -> None:
    """The breaker lets a probe through every five seconds; 小听 is a word of Rasa, not of the questionnaire."""
    customer = follower(chain)
    for _ in range(15):
        if "小听" in await customer.say("你好"):
            return
        await asyncio.sleep(1)
    raise AssertionError("the questionnaire goes on answering")


async def test_rasa_restarted_between_turns_goes_on_where_it_was(chain: Chain, agent: Staff) -> None:
    customer = follower(chain)
    await customer.say(STORY)
    chain.restart("bot")
    await asyncio.sleep(5)
    number = await file_complaint(customer.say, story="把钱退给我，再道个歉")
    assert (await agent.get(f"/cases/{number}"))["amount"] == "200.00"


async def test_f06_rasa_killed_in_the_middle_of_a_turn_loses_and_doubles_nothing(chain: Chain) -> None:
    for _ in range(3):
        customer = follower(chain)
        await customer.say("你好")
        talking = asyncio.create_task(customer.say(STORY))
        await asyncio.sleep(random.uniform(0, 0.08))
        chain.kill("bot")
        heard = await talking
        chain.start("bot")
        chain.wait("bot")
        await settled(chain)
        assert turns_of(chain, customer.openid) == [("answered",), ("answered",)]
        assert heard != "success" or await until_answered(chain, customer)
    healthy(chain)


def turns_of(chain: Chain, sender: str) -> list[tuple[str]]:
    with sqlite3.connect(chain.var / "tingsu.db") as database:
        found = "SELECT t.state FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE c.sender = ?"
        return database.execute(found, (sender,)).fetchall()


async def test_f07_with_the_actions_down_no_turn_stays_silent(chain: Chain) -> None:
    chain.kill("actions")
    customer = follower(chain)
    heard = await customer.say(STORY)
    assert heard != "success" or await until_answered(chain, customer)
    chain.start("actions")
    chain.wait("actions")
    await settled(chain)


async def until_answered(chain: Chain, customer: WechatCustomer) -> bool:
    async with aiohttp.ClientSession() as http:
        for _ in range(100):
            async with http.get(f"{chain.url('wechat-double')}/sent", params={"openid": customer.openid}) as answer:
                if await answer.json():
                    return True
            await asyncio.sleep(0.2)
    return False


async def test_f09_actions_killed_between_the_case_and_the_answer_leave_one_case_and_one_number(chain: Chain) -> None:
    chain.kill("casebackend")
    chain.start("casebackend", failpoints="case.after_commit_before_reply=sleep:1500@1")
    chain.wait("casebackend")
    await asyncio.sleep(5)
    customer = follower(chain)

    async def ask(text: str) -> str:
        if text != "确认提交":
            return await customer.say(text)
        filing = asyncio.create_task(customer.say(text))
        await asyncio.sleep(0.8)
        chain.kill("actions")
        chain.start("actions")
        return await filing

    number = await file_complaint(ask)
    await settled(chain)
    with sqlite3.connect(chain.var / "tingsu.db") as database:
        found = "SELECT k.number FROM cases k JOIN conversations c ON c.id = k.conversation_id WHERE c.sender = ?"
        assert database.execute(found, (customer.openid,)).fetchall() == [(number,)]
    chain.restart("casebackend")
    chain.wait("actions")
    healthy(chain)


async def test_the_backend_away_in_the_middle_of_a_dialogue_loses_no_word(chain: Chain) -> None:
    async with WebCustomer(chain.url("channels")) as customer:
        await customer.hear("个人信息")
        await customer.ask(STORY, "怎么处理")
        chain.kill("casebackend")
        await customer.say("把钱退给我，再道个歉")
        assert await customer.acknowledged() == "kept"
        with contextlib.suppress(Nothing):
            await customer.hear("称呼", seconds=30)  # a page that listens answers the pings meanwhile
        chain.start("casebackend")
        chain.wait("casebackend")
        await customer.hear("称呼", seconds=60)
    await settled(chain)
    healthy(chain)


async def test_f27_two_hundred_callers_who_hang_up_tear_nothing(chain: Chain) -> None:
    url, token = chain.url("casebackend"), {"Authorization": "Bearer tingsu-demo-channels"}

    async def hang_up(http: aiohttp.ClientSession, number: int) -> None:
        body = {"channel": "webchat", "sender": f"hang-{number % 20}", "external_id": f"hang-{number}", "text": "你好"}
        body |= {"received_at": "2026-11-21T00:00:00Z"}
        wait = aiohttp.ClientTimeout(total=random.uniform(0.001, 0.05))
        try:
            async with http.post(f"{url}/api/v1/inbox", json=body, headers=token, timeout=wait) as answer:
                await answer.read()
        except (TimeoutError, aiohttp.ClientError):
            return

    async with aiohttp.ClientSession() as http:
        for start in range(0, 200, 20):
            await asyncio.gather(*(hang_up(http, number) for number in range(start, start + 20)))
    await settled(chain)
    healthy(chain)


async def test_f77_no_personal_value_is_found_outside_the_vault(chain: Chain) -> None:
    customer = follower(chain)
    await customer.say(f"我叫{NAME}，身份证{ID_NUMBER}，卡号{CARD}，电话{PHONE}，{STORY}，密码是842613")
    await file_complaint(customer.say, name=NAME, phone=PHONE, story="要求退钱")
    await settled(chain)
    chain.stop("bot")
    assert found_in(chain.var, [PHONE, ID_NUMBER, NAME, CARD, "842613"]) == []
    chain.start("bot")
    chain.wait("bot")


def found_in(folder: Path, canaries: list[str]) -> list[str]:
    """Also as JSON writes it: a column of JSON holds no Chinese character as such. Six digits stand by chance within
    a time or a confidence of many, so numbers are looked for as whole ones."""
    written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    forms = [(canary, form.encode()) for canary in canaries for form in {canary, json.dumps(canary)[1:-1]}]
    whole = [(canary, re.compile(rb"(?<![\d.])" + re.escape(form) + rb"(?!\d)")) for canary, form in forms]
    return [f"{canary}: {path}" for canary, form in whole for path, held in written.items() if form.search(held)]
