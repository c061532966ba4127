"""Whoever is looked for stands in no address: a page goes on under a key of the login, and the audit says what for."""

import base64
import re
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from tests.casebackend.cases.builders import ANSWERS, filed
from tests.casebackend.cases.copies import copied
from tests.casebackend.staff.logins import staff
from tests.world import World

PHONE = ANSWERS["phone"]
ASKED = {"phone": PHONE, "customer": ANSWERS["name"], "channel": "webchat", "purpose": "contact"}


def rows_on(page: httpx.Response) -> list[str]:
    return re.findall(r'<a class="num" href="/cases/(TS\d+)">', page.text)


def named_in(address: str) -> bool:
    raw = base64.urlsafe_b64decode((re.findall(r"who=([\w-]*)", address) or [""])[0] + "==")
    private = (PHONE, ANSWERS["name"], quote(ANSWERS["name"]))
    return any(each in address or each.encode() in raw for each in private)


async def searches(world: World) -> list[AuditEntry]:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(AuditEntry).where(AuditEntry.event == "case.searched").order_by(AuditEntry.seq)
        )
        return list(found)


async def test_a_customer_is_looked_for_without_being_named_in_any_address(world: World) -> None:
    receipt = await filed(world)
    for _ in range(50):
        await copied(world, receipt.case_id)
    async with await staff(world, "supervisor") as reader:
        sent = await reader.post("/query", data=ASKED)
        here = sent.headers["Location"]
        assert (sent.status_code, "channel=webchat" in here, named_in(here)) == (303, True, False)
        page = await reader.get(here)
        addresses = [unescape(each) for each in re.findall(r'(?:href|action)="([^"]+)"', page.text)]
        assert not any(named_in(each) for each in addresses)
        assert len(rows_on(page)) == 50
        [following] = [each for each in addresses if "cursor=" in each]
        assert len(rows_on(await reader.get(following))) == 1
        [export] = [each for each in addresses if each.startswith("/exports/new/cases")]
        asked = await reader.get(export)
        assert "客户姓名：张**" in asked.text
        [without] = [
            each for each in addresses if each.startswith("/query?") and "who=" in each and "channel" not in each
        ]
        assert PHONE in (await reader.get(without)).text
        await reader.get(here)
    [line] = [each for each in await searches(world) if each.object == "by:customer+phone"]
    assert line.detail["purpose"] == "contact"
    assert not named_in(str(line.detail))


async def test_the_key_of_a_search_opens_in_its_own_login_and_for_an_hour(world: World) -> None:
    await filed(world)
    async with (
        await staff(world, "lead") as lead,
        await staff(world, "agent") as agent,
        await staff(world, "lead") as again,
    ):
        here = (await lead.post("/query", data=ASKED)).headers["Location"]
        assert (await lead.get(here)).status_code == 200
        forged = here[:-4] + ("AAAA" if here[-4:] != "AAAA" else "BBBB")
        for browser, address in (
            (agent, here),
            (again, here),
            (lead, forged),
            (lead, "/query?who=x"),
            (lead, "/query?who=é"),
        ):
            refused = await browser.get(address)
            assert (refused.status_code, "查找条件已失效" in refused.text) == (400, True), address
        for minutes in (10, 10, 10, 10, 10, 9):
            world.wait(minutes=minutes)
            assert (await lead.get(here)).status_code == 200
        world.wait(minutes=1)
        assert "查找条件已失效" in (await lead.get(here)).text


async def test_each_search_for_a_person_is_written_down_anew(world: World) -> None:
    await filed(world)
    async with await staff(world, "lead") as lead:
        for phone in ("13900139000", "13900139001"):
            here = (await lead.post("/query", data={"phone": phone, "purpose": "identity"})).headers["Location"]
            for _ in range(2):
                assert "没有符合条件的投诉" in (await lead.get(here)).text
    assert [each.detail["purpose"] for each in await searches(world)] == ["identity"] * 2


@pytest.mark.parametrize("path", ["/query", "/reports", "/reports/coding", "/reports/hints", "/exports/new/cases"])
async def test_a_page_refuses_a_person_in_its_address(world: World, path: str) -> None:
    async with await staff(world, "lead") as lead:
        for query in (f"phone={PHONE}", "paper=1", f"customer={ANSWERS['name']}", "card=1", f"text={PHONE}"):
            refused = await lead.get(f"{path}?{query}")
            assert (refused.status_code, "个人信息不能写在网址里" in refused.text) == (400, True), query
            assert PHONE not in refused.text


async def test_a_search_for_a_person_says_what_for_and_names_him_where_he_belongs(world: World) -> None:
    async with await staff(world, "lead") as lead:
        nothing_said = await lead.post("/query", data={"phone": PHONE, "purpose": ""})
        assert (nothing_said.status_code, "须选择用途" in nothing_said.text) == (422, True)
        for path, name in (("/query", "text"), ("/queue", "q")):
            elsewhere = await lead.post(path, data={name: f"来电{PHONE}"})
            assert (elsewhere.status_code, "请填在投诉查询页的对应条件里" in elsewhere.text) == (422, True)
    assert await searches(world) == []


async def test_a_name_among_the_words_of_a_search_is_sealed_as_well(world: World) -> None:
    receipt = await filed(world)
    async with await staff(world, "lead") as lead:
        plain = await lead.post("/queue", data={"tab": "all", "q": receipt.number})
        assert plain.headers["Location"] == f"/queue?tab=all&q={receipt.number}"
        assert rows_on(await lead.get(plain.headers["Location"])) == [receipt.number]
        words = f"我叫{ANSWERS['name']}"
        sealed = (await lead.post("/queue", data={"tab": "all", "q": words})).headers["Location"]
        assert ("q=" in sealed, "who=" in sealed, named_in(sealed)) == (False, True, False)
        assert f'value="{words}"' in (await lead.get(sealed)).text
