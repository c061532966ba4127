"""A curator puts the paper of an entry in while the entry is being written: nothing that was typed is lost."""

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.attachments import samples
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
TYPED = "凭本人证件在任一网点补卡。"


async def test_what_was_typed_stays_while_a_paper_is_put_in_and_taken_away(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "curator")
    page = at.page
    await page.goto(f"{live.address}/curation/new")
    await page.get_by_role("textbox", name="标题").fill("挂失补卡的答复口径")
    await page.get_by_role("textbox", name="标题").press("Enter")
    await page.wait_for_url("**/curation/articles/**")
    await page.get_by_role("textbox", name="正文").fill(TYPED)
    files = page.locator("#files")
    chooser = files.get_by_label("所依据的文件")
    await chooser.set_input_files({"name": "程序.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(200)})
    await files.get_by_role("button", name="上传").press("Enter")
    await expect(files.locator("[role=alert]")).to_contain_text("不是可以接收的类型")
    assert all("422" in each for each in at.complaints)
    at.complaints.clear()
    await chooser.set_input_files({"name": "制度.pdf", "mimeType": "application/pdf", "buffer": samples.PDF})
    await files.get_by_role("button", name="上传").press("Enter")
    await expect(files.get_by_role("link", name="制度.pdf")).to_be_visible()
    await expect(page.get_by_role("textbox", name="正文")).to_have_value(TYPED)
    async with page.expect_download() as download:
        await files.get_by_role("link", name="制度.pdf").click()
    assert (await download.value).suggested_filename == "制度.pdf"
    await files.locator("summary").press("Enter")
    await files.get_by_label("删除理由").fill("传错文件")
    await files.get_by_role("button", name="删除附件").press("Enter")
    await expect(files).to_contain_text("没有附件")
    await page.get_by_role("button", name="保存草稿").press("Enter")
    await expect(page.locator(".preview")).to_contain_text(TYPED)
    assert at.complaints == []
