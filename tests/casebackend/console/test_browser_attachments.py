"""Files in a real Chromium: taken in, shown, saved, refused in words; nothing hostile ever runs; a call plays."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from casebackend.conversations.rules import Channel
from casebackend.worker import Worker
from tests.casebackend.attachments import samples
from tests.casebackend.cases.builders import filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import DESK, PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def looked_through(live: Live) -> None:
    """As the worker would, a second later."""
    hand = Worker(live.database, live.settings, now=lambda: datetime.now(UTC), name=f"w-{uuid4().hex[:6]}")
    await hand.lead()
    await hand.tick()
    await hand.look_through_files()
    await hand.resign()


async def chosen(page: Page, *paths: Path) -> None:
    await page.get_by_text("上传附件", exact=True).click()
    await page.get_by_label("文件 必选").set_input_files(list(paths))
    await page.get_by_role("button", name="上传", exact=True).click()


async def test_files_go_in_and_out_and_nothing_hostile_comes_near(live: Live, browser: Browser, tmp_path: Path) -> None:
    receipt = await filed(live, sender="browser-files")
    at = await seat(browser, live, "agent", DESK)
    page = at.page
    hostile, good, script = tmp_path / "回执.pdf", tmp_path / "凭证.png", tmp_path / "带脚本.pdf"
    hostile.write_bytes(samples.HTML)
    good.write_bytes(samples.picture())
    script.write_bytes(samples.PDF)
    await page.goto(f"{live.address}/cases/{receipt.number}#attachments")
    section = page.locator("#attachments")
    await expect(section).to_contain_text("还没有附件")
    await chosen(page, hostile)
    await expect(section.get_by_role("alert")).to_contain_text("不接受这种文件")
    assert all("422" in complaint for complaint in at.complaints)
    at.complaints.clear()
    await page.get_by_label("文件 必选").set_input_files([good, script])
    await page.get_by_role("button", name="上传", exact=True).click()
    await expect(section.get_by_role("link", name="下载")).to_have_count(2)
    await looked_through(live)
    await page.reload()
    await expect(section.locator("img.thumb")).to_be_visible()
    width = "picture => picture.decode().then(() => picture.naturalWidth)"
    assert await section.locator("img.thumb").evaluate(width) > 0
    async with page.expect_popup() as opened:
        await section.get_by_role("link", name="预览 凭证.png（在新标签页打开）").click()
    large = await opened.value
    assert await large.locator("img").evaluate(width) == 1_000
    await large.close()
    await expect(section.get_by_role("row").filter(has_text="带脚本.pdf")).to_contain_text("无预览")
    for name, content in (("凭证.png", good), ("带脚本.pdf", script)):
        row = section.get_by_role("row").filter(has_text=name)
        async with page.expect_download() as saved:
            await row.get_by_role("link", name="下载").click()
        download = await saved.value
        assert download.suggested_filename == name
        assert (await download.path()).read_bytes() == content.read_bytes()
    assert page.url.startswith(f"{live.address}/cases/")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert at.complaints == []


async def test_a_call_plays_from_the_sentence_that_is_clicked(live: Live, browser: Browser) -> None:
    call_id = uuid4()
    sent = await live.channels.post(f"/api/v1/calls/{call_id}/recording", content=samples.wav(4))
    assert sent.status_code == 201, sent.text
    receipt = await filed(live, sender=f"call:{call_id}", channel=Channel.IVR)
    turns = [
        {"speaker": "agent", "text": "您好", "start_ms": 0, "end_ms": 900},
        {"speaker": "customer", "text": "请退回年费", "start_ms": 2_500, "end_ms": 3_500},
    ]
    when = live.time.isoformat()
    body = {"call_id": str(call_id), "revision": when, "started_at": when, "turns": turns}
    await live.channels.post("/api/v1/transcripts", json=body)
    await looked_through(live)
    at = await seat(browser, live, "agent", DESK)
    await at.page.goto(f"{live.address}/cases/{receipt.number}#recordings")
    sentence = at.page.get_by_role("button", name="从 0:02 播放")
    await sentence.click()
    player = at.page.locator("#recordings audio")
    await expect(player).to_have_js_property("paused", False)
    assert await player.evaluate("player => player.currentTime") >= 2.5
    assert at.complaints == []
