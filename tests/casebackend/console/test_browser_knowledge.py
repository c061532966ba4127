"""The knowledge base by keyboard: what is typed is completed, the arrows choose, Enter opens, Esc closes."""

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_what_is_typed_is_completed_and_chosen_by_arrows(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "agent")
    page = at.page
    await page.goto(f"{live.address}/knowledge")
    await page.keyboard.press("/")
    await page.keyboard.insert_text("年費")
    options = page.locator("#completions [role=option]")
    await expect(options.first).to_contain_text("年费")
    box = page.get_by_role("combobox", name="查询内容")
    await expect(box).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await page.keyboard.insert_text("收取")
    await expect(options.first).to_contain_text("年费收取")
    await page.keyboard.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("年费收取")
    await page.go_back()
    await page.get_by_role("combobox", name="查询内容").fill("年费")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hits mark").first).to_have_text("年费")
    assert at.complaints == []


async def test_on_a_phone_nothing_is_wider_than_the_screen(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "curator", PHONE)
    for path in ("/knowledge?q=年费&order=newest", "/knowledge?q=量子纠缠", "/knowledge/law-complaint-time-limits"):
        await at.page.goto(f"{live.address}{path}")
        await expect(at.page.get_by_role("heading", level=1)).to_be_visible()
        assert await at.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert at.complaints == []
