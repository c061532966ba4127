"""Who looks and when stands over every page of the desk, in the way of nothing."""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.cases.builders import filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import DESK, PHONE, browser, live, process, seat, wants_a_person

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_a_page_of_a_case_and_of_a_talk_carry_the_reader_and_the_minute(live: Live, browser: Browser) -> None:
    receipt = await filed(live, sender="browser-mark")
    talk = await wants_a_person(live, "browser-mark")
    at = await seat(browser, live, "agent", DESK)
    page = at.page
    await page.clock.install()
    for path in (f"/cases/{receipt.number}", f"/conversations/{talk}", f"/cases/{receipt.number}/history"):
        await page.goto(f"{live.address}{path}")
        mark = page.locator("svg.watermark")
        await expect(mark).to_have_attribute("aria-hidden", "true")
        said = await mark.text_content() or ""
        assert "王受理 agent" in said
        minutes = {
            (datetime.now(UTC) - timedelta(minutes=ago))
            .astimezone(ZoneInfo("Asia/Shanghai"))
            .strftime("%Y-%m-%d %H:%M")
            for ago in range(3)
        }
        assert any(each in said for each in minutes)
        box = await mark.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (DESK["width"], DESK["height"])
        on_top = await page.evaluate("document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('.watermark')")
        assert on_top is None
    if where := os.environ.get("TINGSU_SCREENSHOTS"):
        await page.goto(f"{live.address}/cases/{receipt.number}")
        await page.wait_for_timeout(500)
        await page.screenshot(path=f"{where}/watermark.png")
    await page.get_by_role("link", name=f"返回 {receipt.number}").or_(page.get_by_role("link", name="返回列表")).click()
    await page.wait_for_load_state("networkidle")  # what is under way would run out of its time with the clock
    before = await page.locator("[data-watermark]").first.text_content() or ""
    await page.clock.fast_forward(180_000)
    await expect(page.locator("[data-watermark]").first).not_to_have_text(before)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert at.complaints == []


async def test_nobody_stands_over_the_page_of_the_login(live: Live, browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{live.address}/login")
    await expect(page.locator("svg.watermark")).to_have_count(0)
