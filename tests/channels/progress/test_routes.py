"""The forms of the progress page as hostile hands send them."""

import re

import aiohttp
import httpx

from channels.progress.routes import COOKIE
from channels.webchat.session import Sessions
from tests.casebackend.cases.builders import Desk
from tests.casebackend.families.builders import closes, posts
from tests.channels.progress.conftest import Registered
from tests.channels.town import Town
from tests.world import World

FORMS = ("begin", "code", "confirm", "urge", "supplement", "withdraw", "end")


async def told(http: aiohttp.ClientSession, town: Town, what: str, **fields: str) -> str:
    """What stands on the page after a form was sent."""
    async with http.post(town.url("channels", f"/progress/{what}"), data=fields) as answer:
        assert answer.status == 200
        return re.sub(r"<[^>]*>|\s+", "", await answer.text())


async def test_unknown_number_unknown_code_and_wrong_one_time_code_look_the_same(registered: Registered) -> None:
    town, receipt, code = registered.town, registered.receipt, registered.code
    pages = []
    for typed in (code, receipt.number, "2345-6789"):
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            pages.append([await told(http, town, "begin", pickup_code=typed)])
            pages[-1] += [await told(http, town, "code", code="000000") for _ in range(3)]
    assert pages[0] == pages[1] == pages[2]
    assert "还可以试2次" in pages[0][1]
    assert "以后才能再试" in pages[0][3]
    assert receipt.number not in "".join(pages[0])


async def test_the_cookie_is_short_strict_and_useless_before_the_one_time_code(registered: Registered) -> None:
    town, receipt, code = registered.town, registered.receipt, registered.code
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        address = town.url("channels", "/progress/begin")
        async with http.post(address, data={"pickup_code": code}, allow_redirects=False) as answer:
            cookie = answer.headers["Set-Cookie"]
            assert (answer.status, answer.headers["Location"]) == (303, "/progress")
        for flag in ("HttpOnly", "SameSite=Strict", "Max-Age=900", "Path=/progress"):
            assert flag in cookie
        assert "核实码" in await told(http, town, "urge", key="k")
        async with http.get(town.url("channels", "/progress")) as page:
            assert receipt.number not in await page.text()
            assert page.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_a_signed_session_of_the_chat_is_no_visit(door: httpx.AsyncClient) -> None:
    chat = Sessions("session-key-of-the-tests").issue(2_000_000_000.0, of="00000000-0000-4000-8000-000000000000")
    for forged in (chat, "x", "00000000-0000-4000-8000-000000000000.1.0", ""):
        page = await door.get("/progress", headers={"Cookie": f"{COOKIE}={forged}"})
        assert (page.status_code, "输入取件码" in page.text) == (200, True)


async def test_another_sites_form_is_refused(door: httpx.AsyncClient) -> None:
    for form in FORMS:
        refused = await door.post(f"/progress/{form}", data={"key": "k"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403


async def test_only_our_own_sentences_are_said_whatever_the_address_holds(door: httpx.AsyncClient) -> None:
    for query in ("said=<b>x</b>", "said=wrong&left=<script>", "said=wrong&left=22", "said=locked&until=javascript:1"):
        page = await door.get(f"/progress?{query}")
        assert 'class="message' not in page.text
        assert "<script" not in page.text
    page = await door.get("/progress?said=wrong&left=2")
    assert "还可以试 2 次" in page.text


async def test_who_sends_too_many_forms_waits_and_a_backend_that_is_away_is_said_in_words(
    door: httpx.AsyncClient,
) -> None:
    said: list[str] = []
    while "/progress?said=slow" not in said and len(said) < 400:
        answer = await door.post("/progress/begin", data={"pickup_code": "2345-6789"})
        said.append(answer.headers["Location"])
    assert len(said) > 20
    assert said[-1] == "/progress?said=slow"
    assert set(said[:-1]) == {"/progress?said=busy"}
    assert "系统正忙" in (await door.get(said[0])).text


async def test_the_same_words_sent_twice_are_added_once(registered: Registered) -> None:
    town, code, carrier = registered.town, registered.code, registered.carrier
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await told(http, town, "begin", pickup_code=code)
        await told(http, town, "code", code=await carrier.code())
        for _ in range(2):
            assert "已经转给办理人员" in await told(http, town, "supplement", key="one-form", text="小票找到了")
        assert "至少两个字" in await told(http, town, "supplement", key="other", text=" 。"[:1])
        assert "可以放心离开" in await told(http, town, "end")
        assert "输入取件码" in await told(http, town, "urge", key="k")


async def test_the_second_complaint_is_told_below_the_closed_first_one(registered: Registered, world: World) -> None:
    town, receipt = registered.town, registered.receipt
    await Desk(world).replied(receipt.case_id)
    await closes(world, receipt.case_id)
    opened = await posts(Desk(world), "agent", f"/cases/{receipt.number}/second", opinion="钱仍没有退")
    number = opened.json()["number"]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        before = await told(http, town, "begin", pickup_code=registered.code)
        page = await told(http, town, "code", code=await registered.carrier.code())
    assert number not in before
    assert f"投诉编号{receipt.number}已结案您已就此再次投诉，编号{number}，请按该编号查询进度" in page
    assert f"二次投诉编号{number}" in page
    assert page.count("答复期限最晚") == 1
