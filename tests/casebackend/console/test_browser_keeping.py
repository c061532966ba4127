"""What was typed is not lost in a real browser: a long registration keeps itself, an ended session takes no words."""

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_the_longest_registration_keeps_itself_and_comes_back(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "outlet")
    page, facts = at.page, "柜台多扣年费" * 3_333 + "二百"
    assert len(facts) == 20_000
    await page.goto(f"{live.address}/register")
    await page.locator("[name=facts]").fill(facts)
    await page.locator("[name=demand]").focus()
    await expect(page.locator("[data-kept]")).to_contain_text("已自动保存")
    await page.goto(f"{live.address}/register")
    await page.get_by_role("link", name="恢复").click()
    await expect(page.locator("[name=facts]")).to_have_value(facts)
    assert at.complaints == []


async def test_what_was_typed_last_is_kept_when_the_window_goes_away(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "agent")
    await at.page.goto(f"{live.address}/register")
    await at.page.locator("[name=facts]").fill("客户来电称年费扣了两次")
    async with at.page.expect_response(lambda answer: answer.url.endswith("/register/keep")) as kept:
        await at.page.evaluate(
            """() => {
                Object.defineProperty(document, "visibilityState", { value: "hidden" });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    assert (await kept.value).status == 200
    assert at.complaints == []
