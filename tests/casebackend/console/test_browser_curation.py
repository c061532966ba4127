"""Maker and checker at their windows: an entry goes through four people and is found by a fifth."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from casebackend.curation import indexing
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, Seat, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
TITLE = "挂失补卡的答复口径"
FIELDS = {
    "分支": "个人业务/银行卡",
    "正文": "客户挂失银行卡后，凭本人证件在任一网点补卡，七个工作日内可领取新卡。",
    "常见问法": "卡掉了怎么补\n补一张新卡要几天",
    "来源": "示范制度2026-9",
    "依据": "示范制度2026-9第九条",
}


async def takes(page: Page, step: str, opinion: str = "") -> None:
    """By keyboard: the step is opened, the opinion written, the button pressed."""
    panel = page.locator("#actions details.move").filter(has=page.locator("summary", has_text=re.compile(f"^{step}$")))
    if await panel.get_attribute("open") is None:
        await panel.locator("summary").press("Enter")
    await panel.get_by_label("意见").fill(opinion)
    await panel.get_by_role("button", name=step).press("Enter")


async def opened(browser: Browser, live: Live, login: str) -> Seat:
    """From the inbox, as whoever it waits for."""
    at = await seat(browser, live, login)
    await at.page.goto(f"{live.address}/curation")
    await at.page.get_by_role("link", name=TITLE).click()
    return at


async def test_an_entry_goes_through_four_people_and_is_found(live: Live, browser: Browser) -> None:
    curator = await seat(browser, live, "curator")
    page = curator.page
    await page.goto(f"{live.address}/curation/new")
    await page.get_by_role("textbox", name="标题").fill(TITLE)
    await page.get_by_role("textbox", name="标题").press("Enter")
    await page.wait_for_url("**/curation/articles/**")
    await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    await page.get_by_role("button", name="保存并提交").press("Enter")
    await expect(page.locator("form [role=alert]")).to_contain_text("未填依据")
    assert all("422" in each for each in curator.complaints)
    curator.complaints.clear()
    for label, value in FIELDS.items():
        box = page.get_by_role("textbox", name=label).or_(page.get_by_role("combobox", name=label))
        await box.first.fill(value)
    await page.get_by_label("对象").select_option("external")
    await page.get_by_role("button", name="保存草稿").press("Enter")
    await expect(page.locator(".preview")).to_contain_text("七个工作日内")
    await page.get_by_role("button", name="保存并提交").press("Enter")
    await expect(page.locator(".headline .chip")).to_have_text("待班长初审")
    seats = [curator]
    for login, step, status in (
        ("lead", "初审通过", "待主任审批"), ("supervisor", "审批通过", "待发布"), ("branch", "发布", "已发布"),
    ):  # fmt: skip
        at = await opened(browser, live, login)
        await takes(at.page, step, "已核对原文")
        await expect(at.page.locator(".headline .chip")).to_have_text(status)
        seats.append(at)
    assert await indexing.Indexer(live.settings.var_dir / indexing.FOLDER, live.database).keep(), "as the worker does"
    agent = await seat(browser, live, "agent")
    await agent.page.goto(f"{live.address}/knowledge?q=卡掉了怎么补")
    await expect(agent.page.locator("#main")).to_contain_text(TITLE)
    assert [at.complaints for at in (*seats, agent) if at.complaints] == []


async def test_on_a_phone_the_inbox_and_an_entry_fit(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "curator", PHONE)
    page = at.page
    await page.goto(f"{live.address}/curation/new?id=biz-annual-fee")
    await page.get_by_role("button", name="起草新版本").click()
    await page.wait_for_url("**/curation/articles/**")
    await page.get_by_label("正文").fill("年费每年收取一次，四月起可按季申请减免。")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.locator("#diff")).to_contain_text("四月起")
    for path in ("", "?tab=drafts", "?tab=requests", "/new", "/requests"):
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        await page.goto(f"{live.address}/curation{path}")
    assert at.complaints == []
