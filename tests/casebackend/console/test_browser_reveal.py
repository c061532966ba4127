"""显示 in a real browser: asked for, shown once, gone when its time is up; and the pages about keeping and looking."""

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.cases.builders import filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PHONE = "13800138000"


async def test_plain_values_are_on_the_screen_for_a_minute_and_no_longer(live: Live, browser: Browser) -> None:
    number = (await filed(live, sender="reveal-1")).number
    at = await seat(browser, live, "agent")
    page = at.page
    await page.clock.install()
    await page.goto(f"{live.address}/cases/{number}")
    await page.get_by_text("显示完整客户资料").click()
    await page.get_by_role("button", name="显示", exact=True).click()
    await expect(page.locator("#reveal-answer")).to_be_empty()  # the reason is compulsory
    await page.get_by_label("用途").select_option("contact")
    await page.locator("#reveal-reason").fill("回电核实诉求")
    await page.get_by_role("button", name="显示", exact=True).click()
    await expect(page.locator("#revealed")).to_contain_text(PHONE)
    await expect(page.locator(".htmx-request")).to_have_count(0, timeout=30_000)
    await page.clock.fast_forward(61_000)
    await expect(page.locator("#revealed")).to_have_count(0)
    assert PHONE not in await page.content()
    await page.get_by_role("link", name="全部往来").click()
    await expect(page.get_by_role("heading", name="客户往来")).to_be_visible()
    assert PHONE not in await page.content()
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0
    assert at.complaints == []
