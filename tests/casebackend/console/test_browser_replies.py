"""常用语 in a real browser: found by a few characters, put in by one key, kept back while something is missing."""

from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select, update

from casebackend.assist.model import ReplyUse
from casebackend.cases.model import Case
from casebackend.staff.model import User
from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat, wants_a_person

__all__ = ["browser", "live", "process"]
# A slow machine is no fault of the page.
PATIENT = 60_000
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


async def keeps(page: Page, title: str, text: str) -> None:
    await page.goto(f"{'/'.join(page.url.split('/')[:3])}/replies")
    if not await page.get_by_label("标题").is_visible():
        await page.locator("details.add summary").click()
    await page.get_by_label("标题").fill(title)
    await page.get_by_label("内容").fill(text)
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator("tbody")).to_contain_text(title, timeout=PATIENT)


async def test_a_wording_is_found_and_put_into_an_answer_by_keys_alone(live: Live, browser: Browser) -> None:
    conversation = await wants_a_person(live, "replies-1")
    at = await seat(browser, live, "agent")
    page = at.page
    page.set_default_timeout(PATIENT)
    await keeps(page, "请稍候", "{客户称呼}，请您稍候，我们正在核对。")
    await keeps(page, "补金额", "您反映的{金额}正在核对。")
    await page.goto(f"{live.address}/conversations/{conversation}")
    await page.get_by_role("button", name="接管").click()
    box = page.get_by_label("发送给客户的内容")
    await expect(box).to_be_enabled(timeout=PATIENT)
    await expect(page.locator("#canned-list [role=option]").first).to_be_attached(timeout=PATIENT)
    await box.focus()
    await page.keyboard.press("Alt+r")
    await page.keyboard.type("补金额")
    await page.keyboard.press("Enter")
    await expect(page.locator("#canned-note")).to_contain_text("还缺：金额", timeout=PATIENT)
    await expect(box).to_have_value("", timeout=PATIENT)
    await page.keyboard.press("Alt+r")
    await page.keyboard.type("请稍候")
    await expect(page.locator("#canned-list [role=option]").first).to_contain_text("请稍候", timeout=PATIENT)
    async with page.expect_response(lambda answer: answer.request.method == "POST" and "/replies" in answer.url):
        await page.keyboard.press("Enter")
    await expect(box).to_have_value("尊敬的客户，请您稍候，我们正在核对。", timeout=PATIENT)
    await expect(box).to_be_focused(timeout=PATIENT)
    await expect(page.locator("#composer-used")).not_to_have_value("", timeout=PATIENT)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#bubbles li.agent")).to_contain_text("请您稍候", timeout=PATIENT)
    async with live.database.reading() as session:
        use = (await session.scalars(select(ReplyUse))).one()
        assert (use.reach, use.target, use.kept) == ("personal", "talk", 1.0)
    assert at.complaints == []


async def to_be_answered(live: Live, case_id: UUID) -> Case:
    """As if it had come all the way to the answer: the way itself is no part of this test."""
    async with live.database.transaction() as session:
        agent = await session.scalar(select(User.id).where(User.login == "agent"))
        values = {"status": "reply_pending", "handler_id": agent, "amount": 200}
        await session.execute(update(Case).where(Case.id == case_id).values(values))
    return await case_of(live, case_id)


async def test_it_goes_into_the_form_of_an_answer_and_the_pages_fit_a_phone(live: Live, browser: Browser) -> None:
    receipt = await filed(live, sender="replies-2")
    case = await to_be_answered(live, receipt.case_id)
    at = await seat(browser, live, "agent")
    page = at.page
    page.set_default_timeout(PATIENT)
    await keeps(page, "答复用语", "经核对，编号{投诉编号}涉及{金额}。")
    await page.goto(f"{live.address}/cases/{case.number}")
    form = page.locator("#act textarea[name=reply_facts]")
    if not await form.is_visible():
        await page.locator("#act details.move:has(textarea[name=reply_facts]) > summary").click()
    await form.fill("")
    await form.focus()
    await page.keyboard.press("Alt+r")
    await page.keyboard.type("答复用语")
    await expect(page.locator("#canned-list [aria-selected=true]")).to_contain_text("答复用语", timeout=PATIENT)
    await page.keyboard.press("Enter")
    await expect(form).to_have_value(f"经核对，编号{case.number}涉及200.00元。", timeout=PATIENT)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in (f"/cases/{case.number}", "/replies", "/replies/team?state=waiting"):
        await page.goto(live.address + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert at.complaints == []
