"""导出 on pages: from a list or a report to the file, and for whoever approves it."""

import html
import re
from typing import Any

import httpx
import pytest_asyncio

from tests.casebackend.exports.office import PURPOSE, Office
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def sees(office: Office, login: str, path: str) -> str:
    response = await (await office.desk.browser(login)).get(path)
    assert response.status_code == 200, response.text
    return response.text


async def sends(office: Office, login: str, path: str, /, **form: Any) -> httpx.Response:
    return await (await office.desk.browser(login)).post(path, data=form)


def button(page: str) -> str:
    """Where 导出 leads from here."""
    found = re.search(r'href="(/exports/new/[^"]+)"', page)
    assert found is not None
    return html.unescape(found.group(1))


def fields(page: str) -> dict[str, str]:
    """What the form would send, but for the purpose."""
    hidden = dict(re.findall(r'<input type="hidden" name="(kind|report|query)" value="([^"]*)">', page))
    return {name: html.unescape(value) for name, value in hidden.items()}


async def test_the_button_of_a_list_asks_for_exactly_this_list(office: Office) -> None:
    await office.cases(2)
    await office.cases(1, status="closed")
    at = button(await sees(office, "supervisor", "/query?status=closed&channel=webchat"))
    assert at == "/exports/new/cases?status=closed&channel=webchat"
    form = await sees(office, "supervisor", at)
    assert "状态：已结案；反应渠道：网页" in form
    assert fields(form)["query"] == "status=closed&channel=webchat"
    empty = await sends(office, "supervisor", "/exports", **fields(form), format="csv", purpose="")
    assert (empty.status_code, "请写明用途" in empty.text) == (422, True)
    sent = await sends(office, "supervisor", "/exports", **fields(form), format="csv", purpose=PURPOSE)
    assert (sent.status_code, sent.headers["location"]) == (303, "/exports")
    page = await sees(office, "supervisor", "/exports")
    assert all(word in page for word in (PURPOSE, "可下载", "无须审批", "状态：已结案"))
    file = re.search(r"/exports/[0-9a-f-]+/file", page)
    assert file is not None
    got = await (await office.desk.browser("supervisor")).get(file.group())
    assert (got.status_code, got.content.decode("utf-8-sig").count("\r\n")) == (200, 5)
    assert "已下载 1 次" in await sees(office, "supervisor", "/exports")
    assert (await (await office.desk.browser("lead")).get(file.group())).status_code == 404
    queue = button(await sees(office, "supervisor", "/queue?tab=closed&q=年费"))
    assert "列表：已结" in await sees(office, "supervisor", queue)


async def test_the_button_of_a_report_asks_for_exactly_this_report(office: Office) -> None:
    await office.cases(2)
    period = "from=2026-03-01&to=2026-03-31"
    for name, path in (("mom", f"/reports?name=mom&by=channel&{period}"), ("coding", f"/reports/coding?{period}")):
        at = button(await sees(office, "supervisor", path))
        assert at.startswith(f"/exports/new/{name}?from=2026-03-01&to=2026-03-31")
        form = await sees(office, "supervisor", at)
        assert fields(form)["report"] == name
        sent = await sends(office, "supervisor", "/exports", **fields(form), format="xlsx", purpose=PURPOSE)
        assert sent.status_code == 303, sent.text
    assert "环比（XLSX）" in await sees(office, "supervisor", "/exports")


async def test_a_second_person_decides_on_the_page_and_the_asker_reads_what_was_said(office: Office) -> None:
    await office.parameter("export.approval_rows", "0")
    await office.cases(1)
    form = await sees(office, "lead", "/exports/new/cases")
    assert "须由他人审批" in form
    for _ in range(2):
        assert (
            await sends(office, "lead", "/exports", **fields(form), format="csv", purpose=PURPOSE)
        ).status_code == 303
    assert "待审批" in await sees(office, "lead", "/exports")
    waiting = await sees(office, "executive", "/exports?box=waiting")
    assert '<span class="count hot">2</span>' in waiting
    first, second = re.findall(r'action="(/exports/[0-9a-f-]+/decision)"', waiting)
    refused = await sends(office, "executive", first, decision="reject", reason="", version="1")
    assert (refused.status_code, "须写明理由" in refused.text) == (422, True)
    stale = await sends(office, "executive", first, decision="approve", version="9")
    assert stale.status_code == 409
    assert (
        await sends(office, "executive", first, decision="reject", reason="请改用报表", version="1")
    ).status_code == 303
    assert (await sends(office, "executive", second, decision="approve", version="1")).status_code == 303
    await office.works()
    page = await sees(office, "lead", "/exports")
    assert all(word in page for word in ("未批准", "请改用报表", "可下载", "吴行长"))
    assert "我审批过的" in await sees(office, "executive", "/exports?box=decided")


async def test_what_cannot_be_exported_is_said_before_anybody_writes_a_purpose(office: Office) -> None:
    await office.parameter("export.most_rows", "1")
    await office.parameter("export.per_day", "1")
    await office.cases(2)
    assert "一次最多导出 1 行" in await sees(office, "supervisor", "/exports/new/cases")
    assert "没有符合条件的记录" in await sees(office, "supervisor", "/exports/new/cases?status=archived")
    one = "/exports/new/cases?status=archived"
    assert "申请导出</button>" not in await sees(office, "supervisor", one)
    browser = await office.desk.browser("supervisor")
    assert (await browser.get("/exports/new/cases?satus=closed")).status_code == 400
    assert (await browser.get("/exports/new/nothing")).status_code == 400
    assert (await browser.get("/exports?box=everything")).status_code == 200
    assert "还没有导出" in await sees(office, "supervisor", "/exports")


async def test_whoever_may_not_export_sees_no_button_and_no_menu(office: Office) -> None:
    await office.cases(1)
    page = await sees(office, "agent", "/query")
    assert "/exports/new/cases" in page  # a handler exports; see the matrix for who else
    for login in ("curator", "admin", "security", "audit"):
        assert 'href="/exports' not in await sees(office, login, "/account")
        assert (await (await office.desk.browser(login)).get("/exports")).status_code == 403


async def test_the_ledger_and_the_demands_are_asked_for_on_the_same_page_with_a_purpose(office: Office) -> None:
    await office.cases(2, channel="counter")
    supervisor = await office.desk.browser("supervisor")
    demand = {"demand": "请尽快答复客户", "due_at": "2026-03-09T10:00:00+08:00"}
    await office.desk.sure("lead", office.first, "accept")
    opened = await supervisor.post(
        f"/api/v1/cases/{office.first}/supervisions", json=demand, headers={"Idempotency-Key": "d1"}
    )
    assert opened.status_code == 201, opened.text
    await office.parameter("export.approval_rows", "0")
    for what, old, query in (
        ("ledger", "/ledger.csv?month=2026-03", "month=2026-03"), ("supervision", "/supervision.csv", "state=all")
    ):  # fmt: skip
        moved = await supervisor.get(old)
        assert (moved.status_code, moved.headers["Location"]) == (302, f"/exports/new/{what}?{query}")
        page = (await supervisor.get(moved.headers["Location"])).text
        assert f'name="kind" value="{what}"' in page
        assert "须由他人审批" in page
        form = {"kind": what, "format": "csv", "query": query, "purpose": ""}
        assert (await supervisor.post("/exports", data=form)).status_code == 422
        sent = await supervisor.post("/exports", data=form | {"purpose": "三月核对材料"})
        assert sent.status_code in (204, 303), sent.text
    assert [each.detail["approval"] for each in await office.audited("export.asked")] == [True, True]
