"""Duty in a real browser: who is busy gets no new work until he is free, and a shift answers for what it was given."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.api.cases import MoveCase
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.staff.model import User
from tests.casebackend.cases.builders import filed, unit
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat
from tests.casebackend.console.test_browser_people import fits
from tests.casebackend.workers import worker

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def dispatched(live: Live, sender: str, to: str) -> str:
    receipt, target = await filed(live, sender=sender), UUID(await unit(live, to))
    live.time = datetime.now(UTC)
    async with live.database.transaction() as session:
        lead = of_user((await session.scalars(select(User).where(User.login == "lead"))).one())
        for move in (
            MoveCase(move=Move.ACCEPT),
            MoveCase(move=Move.DISPATCH, handling_unit_id=target, opinion="请核查"),
        ):
            await move_case(session, receipt.case_id, move, principal=lead, now=live.time)
    return receipt.number


async def ticks(live: Live) -> None:
    live.time = datetime.now(UTC)
    await worker(live).tick()


async def test_who_is_busy_gets_no_case_and_gets_it_once_he_is_free(live: Live, browser: Browser) -> None:
    outlet = await seat(browser, live, "outlet", PHONE)
    mine = outlet.page.get_by_label("本人状态")
    await outlet.page.goto(f"{live.address}/shifts")
    await mine.get_by_label("示忙原因").select_option("用餐")
    await mine.get_by_role("button", name="示忙").focus()
    await outlet.page.keyboard.press("Enter")
    await expect(mine.get_by_role("heading")).to_contain_text("示忙")
    await expect(mine).to_contain_text("原因：用餐")
    number = await dispatched(live, "duty-1", "北京朝阳支行")
    await ticks(live)
    lead = await seat(browser, live, "lead")
    await lead.page.goto(f"{live.address}/cases/{number}/assignment")
    await expect(lead.page.locator("main")).to_contain_text("还没有承办人")
    await expect(lead.page.locator("main")).to_contain_text("陈网点（不在岗或示忙）")
    await outlet.page.goto(f"{live.address}/shifts")
    await mine.get_by_role("button", name="改为空闲").click()
    await expect(mine.get_by_role("button", name="示忙")).to_be_visible()
    await ticks(live)
    await lead.page.reload()
    await expect(lead.page.locator("main strong").first).to_have_text("陈网点")
    await mine.locator("summary").click()
    told = mine.locator("li")
    await expect(told).to_have_count(2)
    await expect(told.nth(1)).to_contain_text("示忙：用餐")
    assert await fits(outlet.page)
    await outlet.page.goto(f"{live.address}/queue")
    await expect(outlet.page.locator("main")).to_contain_text(number)
    assert [*outlet.complaints, *lead.complaints] == []


async def test_the_next_shift_reads_what_is_open_asks_and_then_takes_it(live: Live, browser: Browser) -> None:
    number = await dispatched(live, "duty-2", "客户服务中心")
    agent = await seat(browser, live, "agent")
    await agent.page.goto(f"{live.address}/shifts")
    await agent.page.locator("summary", has_text="登记交班").click()
    await agent.page.locator("#h-note").fill("客户13800138000下午会再来电")
    await agent.page.get_by_role("button", name="交班", exact=True).click()
    given = agent.page.locator("#handovers article").first
    await expect(given).to_contain_text(number)
    await expect(given).to_contain_text("138****8000")
    await expect(given.get_by_role("button")).to_have_text(["撤回这份交接"])  # nobody takes over from himself
    lead = await seat(browser, live, "lead", PHONE)
    await lead.page.goto(f"{live.address}/shifts")
    taken = lead.page.locator("#handovers article").first
    await expect(taken).to_contain_text(number)
    await taken.get_by_role("button", name="提出疑问").click()
    await expect(taken.get_by_role("alert")).to_contain_text("请写明疑问")
    await taken.get_by_label("意见").fill("再来电的时间？")
    await taken.get_by_role("button", name="提出疑问").click()
    await expect(taken.locator("h3 .chip")).to_have_text("有疑问")
    await agent.page.reload()
    await expect(given).to_contain_text("再来电的时间？")
    await taken.get_by_label("意见").fill("已电话核实")
    await taken.get_by_role("button", name="已知悉，接班").click()
    await expect(taken.locator("h3 .chip")).to_have_text("已接班")
    await expect(taken.get_by_role("button")).to_have_count(0)
    assert await fits(lead.page)
    outsider = await seat(browser, live, "supervisor")
    await outsider.page.goto(f"{live.address}/shifts")
    await expect(outsider.page.get_by_role("heading", level=1)).to_have_text("值班与交接")
    assert await outsider.page.get_by_role("button", name="已知悉，接班").count() == 0
    assert all("422" in complaint for complaint in lead.complaints)
    assert [*agent.complaints, *outsider.complaints] == []
