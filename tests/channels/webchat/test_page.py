"""The page itself, in a browser, against the running programs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.casebackend.attachments import samples
from tests.channels.town import Town, say

pytestmark = pytest.mark.browser


@asynccontextmanager
async def browsing(town: Town, *, width: int = 390) -> AsyncIterator[Page]:
    async with async_playwright() as browsers:
        browser = await browsers.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 780})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        await page.goto(town.url("channels", "/"))
        yield page
        assert faults == []
        await browser.close()


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="输入消息").fill(text)
    await page.get_by_role("button", name="发送").click()


async def test_after_a_reload_everything_is_there_once_and_in_order(town: Town) -> None:
    town.bot.answer = lambda turn: [say("哪家支行？", ["城东支行", "不清楚"], "field.unit")]
    async with browsing(town) as page:
        await expect(page.get_by_role("log")).to_contain_text("智能助手")
        await write(page, "你们多收了我的钱")
        choice = page.get_by_role("log").get_by_role("button", name="城东支行")
        await choice.click()
        await expect(page.locator(".bubble")).to_have_count(5)
        await expect(choice.first).to_be_disabled()
        before = await page.locator(".bubble .words").all_text_contents()
        await page.reload()
        await expect(page.locator(".bubble")).to_have_count(5)
        assert await page.locator(".bubble .words").all_text_contents() == before
        await expect(page.locator("[data-part=typing]")).to_be_hidden()


async def test_a_file_is_sent_with_the_button_and_a_hostile_one_is_refused_in_words(town: Town) -> None:
    async with browsing(town) as page:
        await expect(page.locator("complaint-chat")).to_have_attribute("data-state", "open")
        box = page.locator("[data-part=file]")
        await box.set_input_files({"name": "网页.pdf", "mimeType": "application/pdf", "buffer": samples.HTML})
        await expect(page.get_by_role("alert")).to_contain_text("不是可以接收的类型")
        await box.set_input_files({"name": "凭证.png", "mimeType": "image/png", "buffer": samples.picture()})
        await expect(page.get_by_role("log")).to_contain_text("[图片] 凭证.png")
        await expect(page.locator(".bubble[data-pending]")).to_have_count(0)
        await page.get_by_role("button", name="发文件").focus()


async def test_a_photo_is_seen_small_and_what_is_too_large_is_said_before_it_is_sent(town: Town) -> None:
    sent: list[str] = []
    async with browsing(town) as page:
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        await expect(page.locator("complaint-chat")).to_have_attribute("data-state", "open")
        await expect(page.locator("#file-rule")).to_contain_text("不超过 20MB")
        box = page.locator("[data-part=file]")
        await page.locator("complaint-chat").evaluate("chat => (chat.dataset.uploadMb = '0.001')")
        await box.set_input_files(
            {"name": "大.png", "mimeType": "image/png", "buffer": samples.picture() + bytes(2_000)}
        )
        await expect(page.get_by_role("alert")).to_contain_text("没有发送")
        await page.locator("complaint-chat").evaluate("chat => (chat.dataset.uploadMb = '20')")
        await box.set_input_files({"name": "空.png", "mimeType": "image/png", "buffer": b""})
        await expect(page.get_by_role("alert")).to_contain_text("空的")
        assert sent == []
        await box.set_input_files({"name": "凭证.png", "mimeType": "image/png", "buffer": samples.picture()})
        picture = page.get_by_role("log").get_by_role("img", name="凭证.png")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("each => each.complete && each.naturalWidth") == 240
        await expect(page.locator(".bubble[data-pending]")).to_have_count(0)
        await expect(picture).to_have_count(1)
        await expect(page.locator("[data-part=upload]")).to_be_hidden()
        assert len(sent) == 1


async def test_how_much_of_a_file_has_gone_is_shown(town: Town) -> None:
    async with browsing(town) as page:
        await expect(page.locator("complaint-chat")).to_have_attribute("data-state", "open")
        await page.locator("complaint-chat").evaluate("chat => chat.setUpload('凭证.png', 40)")
        await expect(page.locator("[data-part=upload]")).to_contain_text("正在发送文件“凭证.png”… 40%")
        await expect(page.get_by_role("progressbar", name="文件发送进度")).to_have_attribute("value", "40")


async def test_what_is_written_while_the_program_is_away_is_sent_when_it_is_back_and_shown_once(town: Town) -> None:
    async with browsing(town) as page:
        await expect(page.locator("complaint-chat")).to_have_attribute("data-state", "open")
        await town.stop("channels")
        await write(page, "甲事")
        await write(page, "乙事")
        await expect(page.locator(".bubble[data-pending]")).to_have_count(2)
        await town.start("channels")
        await expect(page.get_by_role("log")).to_contain_text("听到：乙事", timeout=20_000)
        await expect(page.locator(".bubble[data-pending]")).to_have_count(0)
        words = await page.locator(".bubble .words").all_text_contents()
        assert [text for text in words if "事" in text and len(text) < 9 and "听到" not in text] == ["甲事", "乙事"]


@pytest.mark.parametrize("width", [320, 1440])
async def test_nothing_is_cut_off_at_any_width_also_in_large_type_by_the_switch_or_asked_for(
    town: Town, width: int
) -> None:
    async with browsing(town, width=width) as page:
        elder = page.get_by_role("button", name="大字版")
        if width == 320:
            await write(page, "我年纪大了，字大一点")
            await expect(elder).to_have_attribute("aria-pressed", "true", timeout=20_000)
        else:
            await elder.click()
        await page.reload()
        await expect(elder).to_have_attribute("aria-pressed", "true")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for chip in ("转人工", "返回上一步", "修改", "取消", "查进度"):
            await expect(page.get_by_role("button", name=chip).last).to_be_in_viewport()
