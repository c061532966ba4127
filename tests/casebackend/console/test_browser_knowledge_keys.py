"""The knowledge without a mouse: its tree, its inbox, its editor and its health."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import browser, live, process, seat
from tests.casebackend.console.test_browser_keyboard import FOCUSED, choose

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MOST_TABS = 250
PATIENT = 60_000


async def onto(page: Page, wanted: Locator) -> None:
    """On with Tab until it has the focus: a long page has many stops."""
    for _ in range(MOST_TABS):
        if await wanted.evaluate(FOCUSED):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


async def test_the_tree_opens_and_the_search_is_narrowed_to_a_department(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "agent")
    page = at.page
    page.set_default_timeout(PATIENT)
    await page.goto(f"{live.address}/knowledge")
    top = page.locator("#tree summary", has_text="个人业务")
    await onto(page, top)
    await page.keyboard.press("Enter")
    branch = page.locator("#tree details[open] a", has_text="信用卡")
    await onto(page, branch)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("branch="))
    await onto(page, page.locator("summary", has_text="筛选和排序"))
    await page.keyboard.press("Enter")
    unit = page.get_by_label("归口部门")
    await onto(page, unit)
    await choose(page, unit, "个人金融部")
    await onto(page, page.get_by_role("button", name="应用"))
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("unit=[0-9a-f-]{36}"))
    await expect(page.locator("#main")).to_contain_text("归口部门：个人金融部")
    await onto(page, page.locator("#results h3 a").first)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/knowledge/[a-z]"))
    assert at.complaints == []


async def test_a_new_version_is_begun_written_compared_and_found_again_in_the_inbox(
    live: Live, browser: Browser
) -> None:
    at = await seat(browser, live, "curator")
    page = at.page
    page.set_default_timeout(PATIENT)
    await page.goto(f"{live.address}/curation/new?id=biz-small-account-fee")
    await onto(page, page.get_by_role("button", name="起草新版本"))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/curation/articles/**")
    for label, text in (("正文", "四月起按新的口径答复。"), ("依据", "部门通知2026-8")):
        await onto(page, page.get_by_role("textbox", name=label))
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text(text)
    await onto(page, page.get_by_role("button", name="保存草稿"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#diff")).to_contain_text("四月起", timeout=PATIENT)
    title = str(await page.locator("h1").text_content())
    await page.goto(f"{live.address}/curation?tab=drafts")
    await onto(page, page.get_by_role("link", name=title))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/curation/articles/**")
    await page.goto(f"{live.address}/knowledge/health")
    await onto(page, page.locator("#main a").last)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_be_visible()
    assert at.complaints == []
