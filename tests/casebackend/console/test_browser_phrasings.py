"""待学问法 in a real browser: what another entry answers cannot be taken in, and what was taken in is taken back."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from casebackend.curation import phrasings
from casebackend.curation.model import Article
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
# A slow machine is no fault of the page.
PATIENT = 60_000
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FREE = "薅羊毛薅到我头上来啦"


async def test_a_curator_sees_the_clash_and_takes_back_what_was_learned(live: Live, browser: Browser) -> None:
    now = datetime(2026, 3, 2, 4, tzinfo=UTC)
    async with live.database.transaction() as session:
        asked = (await session.scalars(select(Article).where(Article.id == "biz-annual-fee"))).one().questions[0]
        for text in (FREE, asked):
            await phrasings.propose(session, "biz-sms-fee", text, use_id=None, now=now)
    at = await seat(browser, live, "curator")
    page = at.page
    page.set_default_timeout(PATIENT)
    await page.goto(live.address + "/knowledge/phrasings")
    clashing = page.get_by_role("row").filter(has_text="已答复这个问法，不能再加入")
    await expect(clashing).to_have_count(1, timeout=PATIENT)
    await expect(clashing.get_by_role("button", name="加入", exact=True)).to_have_count(0, timeout=PATIENT)
    await page.get_by_role("row").filter(has_text=FREE).get_by_role("button", name="加入", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text=FREE)).to_have_count(0, timeout=PATIENT)
    await page.goto(live.address + "/knowledge/phrasings?state=accepted")
    await page.get_by_role("button", name=f"收回问法：{FREE}").click()
    await expect(page.get_by_text("没有已加入的问法")).to_be_visible(timeout=PATIENT)
    await page.goto(live.address + "/knowledge/phrasings?state=withdrawn")
    await expect(page.get_by_role("row").filter(has_text=FREE)).to_contain_text("已收回", timeout=PATIENT)
    phone = await seat(browser, live, "curator", PHONE)
    for state in ("proposed", "accepted", "withdrawn"):
        await phone.page.goto(f"{live.address}/knowledge/phrasings?state={state}")
        assert await phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], state
    assert at.complaints + phone.complaints == []
