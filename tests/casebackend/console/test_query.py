"""The pages of lists, queries and reports: everything in the URL but persons, numbers that lead to their cases."""

import re
from html import unescape

import httpx
import pytest

from casebackend.reports.rules import REPORTS
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.cases.copies import copied
from tests.casebackend.staff.logins import staff
from tests.world import World

HERE = "from=2026-03-01&to=2026-03-31"


def rows_on(page: httpx.Response) -> list[str]:
    return re.findall(r'<a class="num" href="/cases/(TS\d+)">', page.text)


async def test_a_person_has_four_lists_first_and_only_the_queues_of_the_own_role(world: World) -> None:
    number = (await filed(world)).number
    async with await staff(world, "lead") as lead, await staff(world, "auditor") as auditor:
        page = await lead.get("/queue")
        tabs = re.findall(r'href="/queue\?tab=(\w+)"', page.text)
        assert tabs == [
            "todo", "doing", "done", "closed", "talks", "review", "unassigned", "unit", "near_due", "all"
        ]  # fmt: skip
        assert rows_on(page) == [number]
        assert re.search(r'aria-current="page">待办 <span class="count">1</span>', page.text)
        theirs = re.findall(r'href="/queue\?tab=(\w+)"', (await auditor.get("/queue")).text)
        assert {"talks", "review"} & set(theirs) == set()


async def test_conditions_stand_in_the_url_and_each_can_be_taken_away(world: World) -> None:
    receipt = await filed(world)
    letter = await copied(world, receipt.case_id, channel="letter", severity="重大投诉")
    async with await staff(world, "lead") as lead:
        everything = await lead.get("/query")
        assert (set(rows_on(everything)), "共 2 件" in everything.text) == ({receipt.number, letter}, True)
        page = await lead.get("/query?channel=letter&severity=重大投诉&text=年费&status=")
        assert rows_on(page) == [letter]
        chips = {unescape(text): unescape(href) for href, text in
                 re.findall(r'<a class="chip busy" href="([^"]+)">([^<]+?) <', page.text)}  # fmt: skip
        assert set(chips) == {"反应渠道：来信", "严重程度：重大投诉", "事实或诉求含：年费"}
        without = await lead.get(chips["反应渠道：来信"])
        assert rows_on(without) == [letter]
        assert "反应渠道：来信" not in without.text
        refused = await lead.get("/query?unit=x")
        assert (refused.status_code, "查询条件不正确" in refused.text) == (400, True)


async def test_a_long_result_goes_on_by_cursor_under_the_same_conditions(world: World) -> None:
    receipt = await filed(world)
    for _ in range(55):
        await copied(world, receipt.case_id, channel="letter")
    async with await staff(world, "lead") as lead:
        first = await lead.get("/query?channel=letter")
        following = re.search(r'href="(/query\?[^"]*cursor=[^"]+)">下一页', first.text)
        assert following is not None
        second = await lead.get(unescape(following.group(1)))
        assert (len(rows_on(first)), len(rows_on(second))) == (50, 5)
        assert not set(rows_on(first)) & set(rows_on(second))


async def test_the_steps_of_all_cases_are_a_page(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    await desk.sure("lead", number, "accept", opinion="材料齐全")
    async with await staff(world, "lead") as lead:
        page = await lead.get(f"/handlings?mode=accept&unit={await unit(world, '客户服务中心')}")
        assert rows_on(page) == [number]
        assert "材料齐全" in page.text
        assert "办理方式：受理" in page.text
        assert "没有符合条件的办理记录" in (await lead.get("/handlings?mode=reply")).text


@pytest.mark.parametrize("name", REPORTS)
async def test_every_number_of_a_report_page_opens_that_many_cases(world: World, name: str) -> None:
    receipt = await filed(world)
    await copied(world, receipt.case_id, channel="letter", category_b="贷款", unit_id=None, extension_level=1)
    async with await staff(world, "executive") as reader:
        page = await reader.get(f"/reports?name={name}&{HERE}")
        assert page.status_code == 200
        assert "作废的不计" in page.text
        links = re.findall(r'<a class="num" href="(/query\?[^"]+)">(\d+)</a>', page.text)
        assert links
        for href, count in links:
            opened = await reader.get(unescape(href))
            assert f"共 {count} 件" in opened.text, (name, href)
            assert len(rows_on(opened)) == int(count)
        assert (await reader.get(f"/cases/{receipt.number}")).status_code == 200


async def test_how_alike_two_coders_code_is_a_page_among_the_reports(world: World) -> None:
    desk, number = Desk(world), (await filed(world)).number
    await desk.investigating(number)
    await desk.sure("agent", number, "propose", **PROPOSAL)
    world.wait(minutes=1)
    await desk.sure("executive", number, "sign", opinion="同意")
    await desk.sure("auditor", number, "approve_opinion", opinion="同意", category_b="贷款")
    async with await staff(world, "executive") as reader:
        tab = re.search(r'href="(/reports/coding[^"]+)">分类一致性', (await reader.get(f"/reports?{HERE}")).text)
        assert tab is not None
        page = await reader.get(unescape(tab.group(1)))
        assert ("Cohen" in page.text, "0.0%" in page.text, "100.0%" in page.text) == (True, True, True)
        links = re.findall(r'<a class="num" href="(/query\?[^"]+)">(\d+)</a>', page.text)
        assert len(links) == 3 * 3 + 1
        for href, count in links:
            assert f"共 {count} 件" in (await reader.get(unescape(href))).text, href
        coded = (await reader.get(f"/cases/{number}/classification")).text
        assert re.search("终审编码人.*孙稽核", coded, re.DOTALL)


async def test_the_name_of_a_unit_leads_down_to_its_own_report(world: World) -> None:
    await filed(world)
    async with await staff(world, "supervisor") as reader:
        page = await reader.get(f"/reports?name=unit&{HERE}")
        down = re.search(r'<a href="(/reports\?[^"]+)">北京分行</a>', page.text)
        assert down is not None
        below = await reader.get(unescape(down.group(1)))
        assert "被投诉机构（含下级）：北京分行" in below.text
        assert ("朝阳支行" in below.text, ">总行</a>" in below.text) == (True, False)
        crossed = await reader.get(f"/reports?name=validity&{HERE}&by=region")
        cells = re.findall(r'<a class="num" href="/query\?([^"]+)">(\d+)</a>', crossed.text)
        assert any("unit_tree" in href and "validity" in href and count == "1" for href, count in cells)
        assert 'value="region" selected' in crossed.text
        assert (await reader.get("/reports?name=nonsense")).status_code == 404
