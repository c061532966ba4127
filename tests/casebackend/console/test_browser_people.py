"""Administration in a real browser: a unit is renamed, a file tried, a right approved, a shift handed over."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
FILE = "机构代码,机构名称,简称,层级,上级机构代码\n4000,太原分行,太原分行,分行,0000\n4001,缺上级支行,缺,支行,9999\n"


async def fits(page: Page) -> bool:
    await page.wait_for_load_state()
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def test_administrators_do_their_work_on_pages(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "admin")
    page = at.page
    await page.goto(f"{live.address}/organisations?q=朝阳")
    await page.get_by_role("link", name="北京朝阳支行").click()
    rename = page.locator("details", has_text="更名").last
    await rename.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.locator("#rename-name").fill("北京国贸支行")
    await page.locator("#rename-why").fill("发文更名")
    await page.get_by_role("button", name="更名").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="北京国贸支行")).to_be_visible()
    await expect(page.locator("#unit")).to_contain_text("北京朝阳支行")
    await page.locator("summary", has_text="撤销机构").click()
    await page.locator("#close-why").fill("撤点")
    await page.get_by_role("button", name="撤销机构").click()
    await expect(page.get_by_role("alert")).to_contain_text("在用人员")
    await page.goto(f"{live.address}/organisations/imports")
    await page.locator("#import-file").set_input_files(
        {"name": "units.csv", "mimeType": "text/csv", "buffer": FILE.encode("gb18030")}
    )
    await page.get_by_role("button", name="试运行").click()
    await expect(page.locator("#report")).to_contain_text("疑为文件不全")
    await expect(page.locator("#report")).to_contain_text("9999")
    await page.goto(f"{live.address}/users?q=outlet")
    await page.get_by_role("link", name="陈网点").click()
    await page.locator("summary", has_text="申请变更授权").click()
    await page.get_by_label("回访员").check()
    await page.locator("#r-why").fill("兼任回访")
    await page.get_by_role("button", name="提交审批").click()
    await expect(page.locator("#rights")).to_contain_text("待安全管理员审批")
    guard = await seat(browser, live, "security", PHONE)
    await guard.page.goto(f"{live.address}/rights")
    await guard.page.get_by_label("意见").fill("同意")
    await guard.page.get_by_role("button", name="批准").click()
    await expect(guard.page.get_by_label("待审批")).to_contain_text("没有待审批的授权")
    await page.reload()
    await expect(page.locator("#rights")).to_contain_text("回访员")
    for where in ("/organisations", "/users", "/rights"):
        await guard.page.goto(f"{live.address}{where}")
        assert await fits(guard.page), where
    assert all("409" in complaint for complaint in at.complaints)
    assert guard.complaints == []


async def test_a_shift_is_handed_over_on_a_phone(live: Live, browser: Browser) -> None:
    agent = await seat(browser, live, "agent", PHONE)
    await agent.page.goto(f"{live.address}/shifts")
    await agent.page.get_by_role("button", name="签出").click()
    await expect(agent.page.get_by_label("本人状态").get_by_role("button")).to_have_text("签入")
    await agent.page.locator("summary", has_text="登记交班").click()
    await agent.page.locator("#h-note").fill("请留意临期投诉")
    await agent.page.get_by_role("button", name="交班", exact=True).click()
    await expect(agent.page.locator("#handovers article").first).to_contain_text("待确认")
    assert await fits(agent.page)
    lead = await seat(browser, live, "lead")
    await lead.page.goto(f"{live.address}/shifts")
    await lead.page.get_by_role("button", name="已知悉，接班").click()
    await expect(lead.page.locator("#handovers article").first).to_contain_text("已接班")
    row = lead.page.locator("#states tr", has_text="王受理")
    await row.locator("summary").click()
    await row.get_by_label("原因").fill("客户排队")
    await row.get_by_role("button", name="空闲").click()
    await expect(lead.page.locator("#states tr", has_text="王受理")).to_contain_text("客户排队")
    assert [*agent.complaints, *lead.complaints] == []
