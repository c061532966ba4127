"""导出 in a real browser: from the button of a list to a workbook that opens."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser, expect

from tests.casebackend.cases.builders import filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PURPOSE = "3月投诉分析会材料"
SLOW = 30_000


async def test_a_list_is_asked_for_got_and_opened(live: Live, browser: Browser, tmp_path: Path) -> None:
    number = (await filed(live, sender="export-1")).number
    at = await seat(browser, live, "supervisor")
    page = at.page
    await page.goto(f"{live.address}/query?number={number}")
    await page.get_by_role("link", name="导出", exact=True).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("导出投诉列表", timeout=SLOW)
    await expect(page.get_by_text(f"编号：{number}")).to_be_visible()
    await page.get_by_role("button", name="导出", exact=True).click()
    assert page.url.endswith(f"/exports/new/cases?number={number}")  # a purpose is compulsory
    await page.get_by_label("用途").fill("回电13800138000")
    await page.get_by_role("button", name="导出", exact=True).click()
    await expect(page.locator(".result")).to_contain_text("请不要写客户", timeout=SLOW)
    await page.get_by_label("用途").fill(PURPOSE)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("导出", timeout=SLOW)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="下载").first.click()
    download = await coming.value
    path = tmp_path / download.suggested_filename
    await download.save_as(path)
    sheet = load_workbook(path).worksheets[0]
    assert path.name.startswith("投诉列表-DC")
    assert PURPOSE in str(sheet["A1"].value)
    assert [sheet.cell(row, 1).value for row in range(3, sheet.max_row)] == ["编号", number]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path_of in ("/exports", f"/exports/new/cases?number={number}"):
        await page.goto(f"{live.address}{path_of}")
        width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0
    assert [each for each in at.complaints if "422" not in each] == []  # which is the refusal above
