"""F66 once more, in a real Chromium: from text to elements there is one way."""

import pytest
from playwright.async_api import Browser

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import DESK, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_no_text_becomes_elements_but_by_the_one_policy_of_the_desk(live: Live, browser: Browser) -> None:
    """Trusted Types: what slips into a page has no second way to become one."""
    at = await seat(browser, live, "agent", DESK)
    await at.page.goto(f"{live.address}/queue")
    for attempt in (
        "document.body.innerHTML = '<img src=x>'",
        "document.createElement('script').text = '1'",
        "trustedTypes.createPolicy('other', {createHTML: (text) => text})",
    ):
        said = await at.page.evaluate(
            "words => { try { " + attempt + "; return '' } catch (error) { return error.name } }", ""
        )
        assert said == "TypeError", attempt
    assert await at.page.evaluate("trusted.createScript('alert(1)').toString()") == ""
