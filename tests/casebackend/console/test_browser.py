"""The agent's day in a real browser, against the web process as it really runs."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import select

from casebackend.api.drafts import CaseReceipt
from casebackend.assist.model import SuggestionUse
from casebackend.cases.model import Case
from casebackend.conversations.model import Delivery, Message
from casebackend.settings import Settings
from tests.casebackend.cases.builders import drafted, filed
from tests.casebackend.console.live import Live, running
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Rows of tabs of which some can only be reached by scrolling sideways, which nothing shows.
CUT_TABS = """() => [...document.querySelectorAll(".tabs")]
    .filter(row => row.scrollWidth > row.clientWidth + 1).map(row => row.getAttribute("aria-label"))"""


@pytest.fixture(scope="module")
def process() -> Iterator[tuple[str, Settings]]:
    with running() as found:
        yield found


@pytest_asyncio.fixture
async def live(process: tuple[str, Settings]) -> AsyncIterator[Live]:
    world = Live(*process)
    async with world.channels, world.actions:
        yield world
    await world.database.dispose()


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


class Seat:
    """One colleague in front of one window; keeps what the browser complains about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.note(f"dialog {dialog.message}"))

    def note(self, complaint: str) -> None:
        self.complaints.append(complaint)

    async def log_in(self, login: str) -> None:
        await self.page.goto(f"{self.address}/login")
        await self.page.get_by_label("用户名").fill(login)
        await self.page.get_by_label("密码").fill(PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: not url.endswith("/login"))


async def seat(browser: Browser, live: Live, login: str, size: dict[str, int] = DESK) -> Seat:
    context = await browser.new_context(viewport=size)  # type: ignore[arg-type]
    found = Seat(await context.new_page(), live.address)
    await found.log_in(login)
    return found


async def wants_a_person(live: Live, sender: str) -> UUID:
    receipt = await live.says("你们信用卡年费怎么收了两次", sender=sender)
    path = f"/api/v1/conversations/{receipt.conversation_id}/handoff"
    await live.actions.post(path, json={"reason": "asked"}, headers={"Idempotency-Key": uuid4().hex})
    return receipt.conversation_id


async def test_from_the_login_to_an_answer_with_a_suggestion(live: Live, browser: Browser) -> None:
    receipt: CaseReceipt = await filed(live, sender="browser-1")
    conversation = await wants_a_person(live, "browser-1")
    at = await seat(browser, live, "agent")
    page = at.page
    await page.get_by_role("link", name="全部").click()
    await page.get_by_role("link", name=receipt.number).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(receipt.number)
    await page.get_by_role("button", name="接管").click()
    await expect(page.locator("#owner")).to_contain_text("王受理")
    card = page.locator("[data-card]").first
    await expect(card).to_contain_text("年费")
    await card.get_by_role("button", name="插入").click()
    box = page.get_by_label("发送给客户的内容")
    await expect(box).to_have_value(re.compile("年费"))
    await box.press("Control+Enter")
    await expect(page.locator("#bubbles li.agent")).to_contain_text("年费")
    await expect(box).to_have_value("")
    async with live.database.reading() as session:
        use = (await session.scalars(select(SuggestionUse).where(SuggestionUse.sent_at.is_not(None)))).one()
        message = await session.get_one(Message, use.sent_message_id)
        delivery = await session.get_one(Delivery, message.delivery_id)
        assert (use.conversation_id, use.kept, message.author) == (conversation, 1.0, "agent")
        assert (delivery.receiver, delivery.state) == ("browser-1", "pending")
    assert at.complaints == []


async def test_a_new_message_arrives_by_itself_with_new_suggestions_and_nothing_in_it_runs(
    live: Live, browser: Browser
) -> None:
    conversation = await wants_a_person(live, "browser-2")
    at = await seat(browser, live, "agent")
    await at.page.goto(f"{live.address}/conversations/{conversation}")
    await expect(at.page.locator("[data-card]").first).to_contain_text("年费")
    await at.page.get_by_role("button", name="接管").click()
    await expect(at.page.locator("#bubbles li.system").last).to_contain_text("8001")
    await live.says("转账转错账户了怎么办<img src=x onerror=alert(1)><script>alert(1)</script>", sender="browser-2")
    await expect(at.page.locator("#bubbles li.customer").last).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(at.page.locator("[data-card]").first).to_contain_text("转错")
    await at.page.get_by_label("发送给客户的内容").fill("请稍候")
    await at.page.get_by_role("button", name="发送").click()
    await expect(at.page.locator("#bubbles li.agent")).to_contain_text("请稍候")
    await at.page.get_by_role("button", name="交还机器人").click()
    await expect(at.page.locator("#owner")).to_contain_text("智能助手")
    assert at.complaints == []


async def test_a_move_is_refused_in_place_then_made_and_a_colleague_is_warned(live: Live, browser: Browser) -> None:
    receipt = await filed(live, sender="browser-3")
    lead, supervisor = await seat(browser, live, "lead"), await seat(browser, live, "supervisor")
    for at in (lead, supervisor):
        await at.page.goto(f"{live.address}/cases/{receipt.number}")
    await lead.page.locator("details.move > summary").get_by_text("受理", exact=True).click()
    form = lead.page.locator("details.move[open] form")
    await form.get_by_label("投诉原因").evaluate("select => select.options[1].value = 'made-up'")
    await form.get_by_label("投诉原因").select_option("made-up")
    await form.get_by_role("button", name="受理").click()
    await expect(form.get_by_role("alert")).to_contain_text("请从字典中选择分类")
    await form.get_by_label("投诉原因").select_option("")
    await form.get_by_label("处理意见").fill("材料齐全")
    await form.get_by_role("button", name="受理").click()
    await expect(lead.page.get_by_role("status").first).to_contain_text("已完成：受理")
    await expect(supervisor.page.locator("#stale")).to_be_visible()
    async with live.database.reading() as session:
        status = await session.scalar(select(Case.status).where(Case.id == receipt.case_id))
    assert status == "accepted"
    assert supervisor.complaints == []
    assert all("422" in complaint for complaint in lead.complaints)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_page_is_wider_than_its_window_or_breaks_the_policy(
    live: Live, browser: Browser, size: dict[str, int]
) -> None:
    sender = f"browser-wide-{size['width']}"
    receipt = await filed(live, sender=sender)
    conversation, _ = await drafted(live, sender=f"{sender}-draft")
    at = await seat(browser, live, "lead", size)
    for path in (
        "/queue?tab=talks", "/queue?tab=all", "/drafts", f"/drafts/{conversation}", f"/cases/{receipt.number}",
        f"/conversations/{conversation}", "/knowledge?q=年费", "/board", "/api-docs", "/account", "/query", "/reports",
        "/register", "/tasks", "/supervision", "/extensions", "/reviews", "/ledger", "/limits", "/notices",
    ):  # fmt: skip
        await at.page.goto(live.address + path, wait_until="networkidle" if path == "/api-docs" else "load")
        wide = await at.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], (path, wide)
        assert await at.page.evaluate(CUT_TABS) == [], path
    assert [said for said in at.complaints if "403" not in said and "404" not in said] == []


async def test_the_keyboard_is_enough(live: Live, browser: Browser) -> None:
    await filed(live, sender="browser-keys")
    at = await seat(browser, live, "lead")
    await at.page.goto(f"{live.address}/queue?tab=all")
    await at.page.keyboard.press("Tab")
    await expect(at.page.get_by_text("跳到正文")).to_be_focused()
    await at.page.keyboard.press("/")
    await expect(at.page.get_by_label("按编号或内容查找")).to_be_focused()
    await at.page.keyboard.type("年费")
    await at.page.keyboard.press("Enter")
    await expect(at.page).to_have_url(re.compile("q=%E5%B9%B4%E8%B4%B9"))


async def investigated(live: Live, browser: Browser, sender: str) -> tuple[Seat, str]:
    """A case that the agent has received, on the agent's screen; every step made by the pages."""
    number = (await filed(live, sender=sender)).number
    lead = await seat(browser, live, "lead")
    await lead.page.goto(f"{live.address}/cases/{number}")
    await made(lead.page, "受理", {"处理意见": "材料齐全"})
    await lead.page.context.close()
    agent = await seat(browser, live, "agent")
    await agent.page.goto(f"{live.address}/cases/{number}")
    await made(agent.page, "转办", {"承办单位": "个人金融部", "处理意见": "由该部门核查"})
    await made(agent.page, "接收", {})
    return agent, number


async def made(page: Page, move: str, fields: dict[str, str]) -> None:
    """One move by its panel."""
    panel = page.locator("details.move", has=page.get_by_text(move, exact=True)).first
    await panel.locator("summary").click()
    for label, value in fields.items():
        field = panel.get_by_label(label)
        if await field.evaluate("field => field.tagName") == "SELECT":
            texts = await field.locator("option").all_text_contents()
            await field.select_option(next(text for text in texts if text.strip() == value))
        else:
            await field.fill(value)
    await panel.get_by_role("button", name=move).click()
    await expect(page.get_by_role("status").first).to_contain_text(f"已完成：{move}")


async def test_a_node_of_the_progress_opens_by_keyboard_and_by_mouse(live: Live, browser: Browser) -> None:
    at, _ = await investigated(live, browser, "browser-steps")
    page = at.page
    await expect(page.locator(".stepcard:visible")).to_have_count(1)
    await expect(page.locator(".stepcard:visible")).to_contain_text("调查处理中")
    node = page.locator("svg.wide a[data-step='2']")
    await node.focus()
    await page.keyboard.press("Enter")
    card = page.locator(".stepcard:visible")
    await expect(card).to_have_count(1)
    await expect(card).to_contain_text("待复核")
    await expect(card).to_contain_text("李班长")
    await expect(card).to_contain_text("材料齐全")
    await page.locator("svg.wide a[data-step='4']").click()
    await expect(page.locator(".stepcard:visible")).to_contain_text("个金部")
    await page.get_by_text("以表格查看全部").click()
    await expect(page.locator("#steps-table tbody tr")).to_have_count(12)
    assert at.complaints == []


async def test_a_blank_opinion_is_named_in_place_and_nothing_that_was_typed_is_lost(
    live: Live, browser: Browser
) -> None:
    at, _ = await investigated(live, browser, "browser-blank")
    panel = at.page.locator("details.move", has=at.page.get_by_text("改派", exact=True)).first
    await panel.locator("summary").click()
    texts = await panel.get_by_label("承办单位").locator("option").all_text_contents()
    await panel.get_by_label("承办单位").select_option(texts[2])
    await panel.get_by_label("处理意见").fill("   ")
    await panel.get_by_role("button", name="改派").click()
    await expect(panel.get_by_role("alert")).to_contain_text("请填写：处理意见")
    assert await panel.get_by_label("承办单位").evaluate("box => box.selectedIndex") == 2
    await panel.get_by_role("link", name="去填写处理意见").click()
    await expect(panel.get_by_label("处理意见")).to_be_focused()
    await panel.get_by_label("处理意见").fill("由更熟悉的部门接手")
    await at.page.reload()
    await at.page.keyboard.press("m")
    await expect(at.page.locator("#act summary").first).to_be_focused()
    await panel.locator("summary").click()
    await expect(panel.get_by_label("处理意见")).to_have_value("由更熟悉的部门接手")
    await expect(panel).to_contain_text("已恢复您上次填写")
    await panel.get_by_role("button", name="改派").click()
    await expect(at.page.get_by_role("status").first).to_contain_text("已完成：改派")
    assert all("422" in complaint for complaint in at.complaints)


async def test_sections_load_when_they_are_opened_and_an_address_opens_its_section(
    live: Live, browser: Browser
) -> None:
    at, number = await investigated(live, browser, "browser-sections")
    page = at.page
    for section in await page.locator("details.section[hx-get]").all():
        await section.locator("> summary").focus()
        await page.keyboard.press("Enter")
        await expect(section.locator("> .in > a")).to_have_count(0)
    await page.goto(f"{live.address}/cases/{number}#tasks")
    await expect(page.locator("#tasks[open] > .in")).to_contain_text("没有协办任务")
    assert at.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_case_with_everything_open_stays_within_its_window(
    live: Live, browser: Browser, size: dict[str, int]
) -> None:
    at, number = await investigated(live, browser, f"browser-open-{size['width']}")
    await at.page.set_viewport_size(size)  # type: ignore[arg-type]
    await at.page.goto(f"{live.address}/cases/{number}")
    await at.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    await at.page.wait_for_timeout(800)
    assert await at.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert await at.page.locator(f"svg.{'wide' if size is DESK else 'tall'}").is_visible()
    assert at.complaints == []
