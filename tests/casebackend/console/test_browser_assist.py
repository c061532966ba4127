"""An agent beside a conversation in a real browser: suggestions, a ready reply, feedback, gaps."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import pytest
from playwright.async_api import Browser, Error, Route, expect
from sqlalchemy import select, update

from casebackend.access.principal import Kind, Principal
from casebackend.api.registration import Register
from casebackend.assist.model import SuggestionUse
from casebackend.cases.model import Case
from casebackend.connection import open_database
from casebackend.curation.model import Article
from casebackend.editions import changed
from casebackend.gaps.model import Gap
from casebackend.registration.service import register
from casebackend.settings import Settings
from casebackend.staff.model import User
from tests.casebackend.console.live import Live, running
from tests.casebackend.console.test_browser import PHONE, browser, live, seat, wants_a_person
from tests.casebackend.console.test_browser_replies import to_be_answered
from tests.casebackend.registration.takers import STORY

__all__ = ["browser", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# A slow machine is no fault of the page.
PATIENT = 60_000
ENTRY = "biz-annual-fee"
REPLY = "{客户称呼}，很抱歉让您费心。涉及{金额}，我们先核对领卡合约再答复您。"


async def _with_reply(settings: Settings) -> None:
    database = open_database(settings)
    async with database.transaction() as session:
        await session.execute(update(Article).where(Article.id == ENTRY).values(reply=REPLY))
        await changed(session, "knowledge")
    await database.dispose()


@pytest.fixture(scope="module")
def process() -> Iterator[tuple[str, Settings]]:
    """With a ready reply of our own, before anybody asks the knowledge."""
    with running() as found:
        asyncio.run(_with_reply(found[1]))
        yield found


async def test_a_ready_reply_is_inserted_by_one_key_finished_by_hand_and_sent(live: Live, browser: Browser) -> None:
    conversation = await wants_a_person(live, "assist-1")
    at = await seat(browser, live, "agent")
    page = at.page
    await page.goto(f"{live.address}/conversations/{conversation}")
    await page.get_by_role("button", name="接管").click()
    first = page.locator(f"[data-card]:has(a[href*='{ENTRY}'])")
    await expect(first).to_contain_text("现成答复", timeout=PATIENT)
    await expect(page.locator("#brief details.brief[open]")).to_contain_text("客户来意", timeout=PATIENT)
    box = page.get_by_label("发送给客户的内容")
    await box.focus()
    place = await first.evaluate("card => [...document.querySelectorAll('[data-card]')].indexOf(card) + 1")
    await page.keyboard.press(f"Alt+{place}")
    await expect(box).to_have_value(
        "尊敬的客户，很抱歉让您费心。涉及【请填写：金额】，我们先核对领卡合约再答复您。", timeout=PATIENT
    )
    await box.press("Control+Enter")
    await expect(page.locator("#say-result")).to_contain_text("请先填写或删去：金额", timeout=PATIENT)
    await page.keyboard.type("二百元")  # the gap is what stands selected
    await expect(box).to_have_value(
        "尊敬的客户，很抱歉让您费心。涉及二百元，我们先核对领卡合约再答复您。", timeout=PATIENT
    )
    moved = page.locator("#composer-moved")
    await live.says("等等，其实是储蓄卡", sender="assist-1")
    await expect(moved).to_contain_text("正在写的内容已撤下，不会发出", timeout=PATIENT)
    await expect(moved).to_contain_text("涉及二百元")
    await expect(box).to_have_value("")
    await expect(page.locator("#composer-used")).to_have_value("")
    await page.keyboard.type("储蓄卡也收年费。")
    await live.says("在吗", sender="assist-1")
    await expect(moved).to_contain_text("储蓄卡也收年费", timeout=PATIENT)
    await page.reload()
    await expect(moved).to_contain_text("涉及二百元", timeout=PATIENT)
    await box.focus()
    await page.keyboard.press("Alt+z")
    await expect(moved).to_be_hidden()
    await expect(box).to_have_value(re.compile("^尊敬的客户，很抱歉让您费心。涉及二百元.*\n储蓄卡也收年费。$"))
    await box.fill("尊敬的客户，很抱歉让您费心。涉及二百元，我们先核对领卡合约再答复您。")
    await box.press("Control+Enter")
    await expect(page.locator("#bubbles li.agent")).to_contain_text("涉及二百元", timeout=PATIENT)
    await expect(box).to_have_value("", timeout=PATIENT)
    async with live.database.reading() as session:
        use = (await session.scalars(select(SuggestionUse).where(SuggestionUse.sent_at.is_not(None)))).one()
        assert (use.article_id, use.kept) == (ENTRY, 1.0)
    assert [said for said in at.complaints if "422" not in said and "409" not in said] == []


async def test_a_dropped_draft_that_is_let_go_does_not_come_back(live: Live, browser: Browser) -> None:
    conversation = await wants_a_person(live, "assist-9")
    page = (await seat(browser, live, "agent")).page
    await page.goto(f"{live.address}/conversations/{conversation}")
    await page.get_by_role("button", name="接管").click()
    box, moved = page.get_by_label("发送给客户的内容"), page.locator("#composer-moved")
    await box.fill("请提供卡号后四位。")
    await live.says("我先不投诉了", sender="assist-9")
    await expect(moved).to_be_visible(timeout=PATIENT)
    await page.get_by_role("button", name="丢弃").click()
    await expect(moved).to_be_hidden()
    await page.reload()
    await expect(moved).to_be_hidden()
    await expect(box).to_have_value("")


async def test_a_card_is_refused_the_assistant_is_asked_and_a_gap_is_opened(live: Live, browser: Browser) -> None:
    conversation = await wants_a_person(live, "assist-2")
    await live.says("麒麟貔貅饕餮螭吻", sender="assist-2")
    at = await seat(browser, live, "agent", PHONE)
    page = at.page
    await page.goto(f"{live.address}/conversations/{conversation}")
    await page.get_by_label("向知识助手提问").fill("信用卡年费怎么收了两次")
    await page.get_by_role("button", name="问", exact=True).click()
    await expect(page.locator("#cards")).to_contain_text("您问：信用卡年费怎么收了两次", timeout=PATIENT)
    card = page.locator("[data-card]").first
    await card.get_by_text("不适用", exact=True).click()
    await card.get_by_role("button", name="记为不适用").click()
    await expect(page.locator("#cards li.judged")).to_contain_text("不再向您推荐", timeout=PATIENT)
    await page.get_by_label("向知识助手提问").fill("麒麟貔貅饕餮螭吻")
    await page.get_by_role("button", name="问", exact=True).click()
    await expect(page.locator("#cards")).to_contain_text("没有合适的答案", timeout=PATIENT)
    await page.get_by_role("button", name="登记知识缺口").click()
    await expect(page.locator("#cards")).to_contain_text("已登记知识缺口", timeout=PATIENT)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    async with live.database.reading() as session:
        assert (await session.scalars(select(Gap.question))).all() == ["麒麟貔貅饕餮螭吻"]
        refused = (await session.scalars(select(SuggestionUse).where(SuggestionUse.refused_at.is_not(None)))).one()
        assert refused.refused_reason == "与客户的问题无关"
    curator = await seat(browser, live, "curator", PHONE)
    for path in ("/knowledge/gaps", "/knowledge/health", "/knowledge/phrasings", "/knowledge/health/uses?what=refused"):
        await curator.page.goto(live.address + path)
        assert await curator.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert at.complaints + curator.complaints == []


async def taken_down(live: Live) -> Case:
    """At the counter, with nothing said in a conversation."""
    async with live.database.transaction() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
        by = Principal(
            Kind.STAFF, "agent", frozenset(agent.roles), user_id=agent.id, organisation_id=agent.organisation_id
        )
        made = await register(session, Register.model_validate(STORY), by=by, now=live.time)
    return await to_be_answered(live, made.id)


async def test_a_case_without_a_conversation_has_its_cards_and_they_go_into_the_form_of_its_answer(
    live: Live, browser: Browser
) -> None:
    case = await taken_down(live)
    at = await seat(browser, live, "agent", PHONE)
    page = at.page
    page.set_default_timeout(PATIENT)
    await page.goto(f"{live.address}/knowledge/{ENTRY}?case={case.number}")
    async with page.expect_response("**/entries/*"):
        await page.locator("[data-told]").click()
    await expect(page.locator("[data-told]")).to_have_text("已复制")
    await page.get_by_role("button", name="取到投诉页插入").click()
    first = page.locator("[data-card]").first
    await expect(first).to_contain_text("您查到的", timeout=PATIENT)
    form = page.locator("#act textarea[name=reply_facts]")
    if not await form.is_visible():
        await page.locator("#act details.move:has(textarea[name=reply_facts]) > summary").click()
    await form.focus()
    await page.keyboard.press("Alt+1")
    await expect(form).to_have_value(re.compile("^很抱歉让您费心"), timeout=PATIENT)
    await expect(form).not_to_have_value(re.compile("尊敬的客户|诉讼"))
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    async with live.database.reading() as session:
        query = select(SuggestionUse).where(SuggestionUse.conversation_id == case.conversation_id)
        [use] = (await session.scalars(query.where(SuggestionUse.origin == "picked"))).all()
    assert None not in (use.opened_at, use.copied_at)
    assert at.complaints == []


async def copies_of(live: Live, conversation: UUID) -> int:
    async with live.database.reading() as session:
        copied = select(SuggestionUse).where(SuggestionUse.copied_at.is_not(None))
        return len((await session.scalars(copied.where(SuggestionUse.conversation_id == conversation))).all())


async def test_a_card_is_copied_without_a_clipboard_too_and_counts_only_when_it_was(
    live: Live, browser: Browser
) -> None:
    conversation = await wants_a_person(live, "assist-11")
    page = (await seat(browser, live, "agent")).page
    page.set_default_timeout(PATIENT)
    await page.goto(f"{live.address}/conversations/{conversation}")
    first = page.locator("[data-card]").first
    button = first.locator("[data-act=copy]")
    await expect(button).to_be_visible(timeout=PATIENT)
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    await page.evaluate("void (document.execCommand = () => false)")
    await button.click()
    await expect(button).to_have_text("没有复制，请按 Ctrl+C", timeout=PATIENT)
    selected = str(await page.evaluate("document.getSelection().toString()")).strip()
    assert selected == (await first.locator(".text").inner_text()).strip()
    assert await copies_of(live, conversation) == 0
    await page.evaluate("delete document.execCommand")
    async with page.expect_response("**/copied"):
        await button.click()
    await expect(button).to_have_text("已复制", timeout=PATIENT)
    assert await copies_of(live, conversation) == 1


async def test_an_answer_asked_for_by_keyboard_is_not_overwritten_by_what_comes_late(
    live: Live, browser: Browser
) -> None:
    conversation = await wants_a_person(live, "assist-10")
    page = (await seat(browser, live, "agent")).page
    asked = asyncio.Event()

    async def late(route: Route) -> None:
        await asked.wait()
        with suppress(Error):  # the page may have taken its question back
            await route.continue_()

    await page.route("**/suggestions*", late)
    await page.goto(f"{live.address}/conversations/{conversation}")
    await page.locator("#ask-text").focus()
    await page.keyboard.type("信用卡年费怎么收")
    async with page.expect_response("**/ask"):
        await page.keyboard.press("Enter")
    answer = page.locator("#cards")
    await expect(answer).to_contain_text("您问：信用卡年费怎么收", timeout=PATIENT)
    asked.set()
    await page.wait_for_timeout(1_000)
    await expect(answer).to_contain_text("您问：信用卡年费怎么收")
