"""A form printed from the page of a case in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.cases.builders import filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import browser, live, process, seat
from tests.casebackend.forms.paper import said

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_a_form_is_saved_and_stands_in_the_list_of_prints(live: Live, browser: Browser, tmp_path: Path) -> None:
    number = (await filed(live, sender="forms-1")).number
    at = await seat(browser, live, "agent")
    page = at.page
    await page.goto(f"{live.address}/cases/{number}#forms")
    section = page.locator("#forms")
    await section.get_by_text("打印登记表").first.click()
    await expect(section.get_by_text("办结后才能打印办结表")).to_be_visible()
    await section.get_by_label("用途").select_option("customer")
    async with page.expect_download(timeout=60_000) as coming:
        await section.get_by_role("button", name="打印登记表").click()
    download = await coming.value
    assert download.suggested_filename == f"投诉登记表_{number}_遮蔽版.pdf"
    file = tmp_path / "form.pdf"
    await download.save_as(file)
    words = said(file.read_bytes())
    assert f"编号：{number}" in words
    assert "13800138000" not in words
    await page.goto(f"{live.address}/cases/{number}/forms")
    await expect(page.get_by_role("table")).to_contain_text("交客户确认")
    for width in (1440, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, width
    assert at.complaints == []
