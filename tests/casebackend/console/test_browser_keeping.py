"""What was typed is not lost in a real browser: a long registration keeps itself, an ended session takes no words."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import select, update

from casebackend.staff.model import LoginSession, User
from tests.casebackend.cases.builders import filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import Seat, browser, live, process, seat
from tests.world import PASSWORD

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def test_the_longest_registration_keeps_itself_and_comes_back(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "outlet")
    page, facts = at.page, "柜台多扣年费" * 3_333 + "二百"
    assert len(facts) == 20_000
    await page.goto(f"{live.address}/register")
    await page.locator("[name=facts]").fill(facts)
    await page.locator("[name=demand]").focus()
    await expect(page.locator("[data-kept]")).to_contain_text("已自动保存")
    await page.goto(f"{live.address}/register")
    await page.get_by_role("link", name="恢复").click()
    await expect(page.locator("[name=facts]")).to_have_value(facts)
    assert at.complaints == []


async def test_what_was_typed_last_is_kept_when_the_window_goes_away(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "agent")
    await at.page.goto(f"{live.address}/register")
    await at.page.locator("[name=facts]").fill("客户来电称年费扣了两次")
    async with at.page.expect_response(lambda answer: answer.url.endswith("/register/keep")) as kept:
        await at.page.evaluate(
            """() => {
                Object.defineProperty(document, "visibilityState", { value: "hidden" });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    assert (await kept.value).status == 200
    assert at.complaints == []


async def idle_for(live: Live, login: str, minutes: float) -> None:
    """As if nobody had been at this desk for so long, of the fifteen minutes that are allowed."""
    now = datetime.now(UTC)
    seen = {"seen_at": now - timedelta(minutes=minutes), "idle_until": now + timedelta(minutes=15 - minutes)}
    async with live.database.transaction() as session:
        his = select(User.id).where(User.login == login).scalar_subquery()
        await session.execute(update(LoginSession).where(LoginSession.user_id == his).values(seen))


async def idle_until(live: Live, login: str) -> datetime:
    async with live.database.reading() as session:
        query = select(LoginSession.idle_until).join(User, User.id == LoginSession.user_id).where(User.login == login)
        return (await session.scalars(query.order_by(LoginSession.created_at.desc()))).first()  # type: ignore[return-value]


async def writing(at: Seat, live: Live, sender: str) -> tuple[str, Locator]:
    """A case with the form of a move open, and something typed into it."""
    receipt = await filed(live, sender=sender)
    await at.page.goto(f"{live.address}/cases/{receipt.number}")
    form = await opened(at.page)
    await form.get_by_label("处理意见").fill("核查中发现的情况")
    return receipt.number, form


async def opened(page: Page) -> Locator:
    panel = page.locator("details.move", has=page.get_by_text("受理", exact=True)).first
    await panel.locator("summary").click()
    return panel.locator("form")


async def test_who_writes_is_not_logged_out(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "lead")
    await at.page.clock.install()
    _, form = await writing(at, live, "keeping-1")
    await at.page.clock.fast_forward("02:00")
    await idle_for(live, "lead", 14)
    async with at.page.expect_response(lambda answer: answer.url.endswith("/console/session")) as asked:
        await form.get_by_label("处理意见").press_sequentially("，继续写")
    assert (await asked.value).status == 200
    assert await idle_until(live, "lead") > datetime.now(UTC) + timedelta(minutes=14)


async def test_after_the_end_of_a_login_the_open_page_goes_on_with_a_new_one(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "lead")
    _, form = await writing(at, live, "keeping-2")
    await idle_for(live, "lead", 16)
    await form.get_by_role("button", name="受理").click()
    await expect(form.get_by_role("alert")).to_contain_text("您填写的内容还在")
    async with at.page.context.expect_page() as beside:
        await form.get_by_role("link", name="在新窗口登录").click()
    door = await beside.value
    await door.get_by_label("用户名").fill("lead")
    await door.get_by_label("密码").fill(PASSWORD)
    await door.keyboard.press("Enter")
    await door.wait_for_url("**/queue*")
    await door.close()
    await at.page.evaluate("window.dispatchEvent(new Event('focus'))")
    await expect(form.get_by_role("alert")).to_contain_text("已重新登录")
    await expect(form.get_by_label("处理意见")).to_have_value("核查中发现的情况")
    await form.get_by_role("button", name="受理").click()
    await expect(at.page.get_by_role("status").first).to_contain_text("已完成：受理")


async def test_what_was_typed_comes_back_to_its_writer_and_to_nobody_else(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "lead")
    number, _ = await writing(at, live, "keeping-3")
    await idle_for(live, "lead", 16)
    await at.page.reload()
    await expect(at.page.get_by_label("用户名")).to_be_visible()
    await at.log_in("lead")
    await at.page.goto(f"{live.address}/cases/{number}")
    form = await opened(at.page)
    await expect(form.get_by_label("处理意见")).to_have_value("核查中发现的情况")
    await idle_for(live, "lead", 16)
    await at.log_in("supervisor")
    assert await at.page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('kept:'))") == []
    await at.page.goto(f"{live.address}/cases/{number}")
    await expect((await opened(at.page)).get_by_label("处理意见")).to_have_value("")


async def test_who_logs_out_leaves_nothing_behind(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "lead")
    number, _ = await writing(at, live, "keeping-4")
    await at.page.get_by_role("button", name="退出").click()
    await expect(at.page.get_by_label("用户名")).to_be_visible()
    await at.log_in("lead")
    await at.page.goto(f"{live.address}/cases/{number}")
    await expect((await opened(at.page)).get_by_label("处理意见")).to_have_value("")
