"""From an initial password to the desk in a real browser: the change, the telephone, the code, the other sessions."""

from collections.abc import AsyncIterator, Iterator

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from casebackend.settings import Settings
from casebackend.staff.service import add_user
from tests.casebackend.console.live import Live, running
from tests.casebackend.console.test_browser import ARGUMENTS, CHROMIUM, DESK, PHONE, Seat, seat
from tests.casebackend.credentials.steps import ANOTHER, RIGHT, asks
from tests.casebackend.staff.logins import light

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


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


async def stand(browser: Browser, live: Live, size: dict[str, int]) -> Seat:
    context = await browser.new_context(viewport=size)  # type: ignore[arg-type]
    return Seat(await context.new_page(), live.address)


async def enter(at: Seat, password: str) -> None:
    await at.page.goto(f"{at.address}/login")
    await at.page.get_by_label("用户名").fill("newcomer")
    await at.page.get_by_label("密码").fill(password)
    await at.page.keyboard.press("Enter")


async def fits(at: Seat) -> None:
    await at.page.wait_for_load_state()
    wider = await at.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, at.page.url


async def test_from_an_initial_password_over_the_telephone_to_the_desk(live: Live, browser: Browser) -> None:
    await asks(live, "totp.roles", "complaint_manager")
    async with live.database.transaction() as session:
        user = await add_user(
            session, login="newcomer", display_name="新同事", staff_no="8200", roles=["complaint_manager"],
            password_hash=light().hash(RIGHT),
        )  # fmt: skip
        user.must_change = True
    at = await stand(browser, live, PHONE)
    page = at.page
    await enter(at, RIGHT)
    await expect(page.get_by_role("heading", level=1)).to_have_text("修改密码")
    await fits(at)
    await page.get_by_label("当前密码").fill(RIGHT)
    for label in ("新密码", "再输一次新密码"):
        await page.get_by_label(label, exact=True).fill(ANOTHER)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("动态口令")
    await fits(at)
    drawn = await page.get_by_role("img").evaluate(
        "async picture => { await picture.decode(); return picture.naturalWidth > 0 }"
    )
    assert drawn
    secret = (await page.locator("#secret").inner_text()).replace(" ", "")
    await page.get_by_label("6 位口令").fill(pyotp.TOTP(secret).now())
    await page.keyboard.press("Enter")
    await expect(page.locator("#codes li")).to_have_count(10)
    codes = await page.locator("#codes li").all_inner_texts()
    await page.get_by_role("link", name="已保存，继续").click()
    await expect(page.get_by_role("link", name="新同事")).to_be_visible()

    other = await stand(browser, live, DESK)
    await enter(other, ANOTHER)
    await expect(other.page.get_by_role("heading", level=1)).to_have_text("动态口令")
    await other.page.get_by_label("口令或恢复码").fill(codes[0])
    await other.page.keyboard.press("Enter")
    await expect(other.page.get_by_role("link", name="新同事")).to_be_visible()
    await other.page.goto(f"{live.address}/account")
    await expect(other.page.get_by_text("本次")).to_have_count(1)
    await other.page.get_by_role("button", name="退出其他所有登录").click()
    await page.goto(f"{live.address}/account")
    await expect(page.get_by_role("heading", level=1)).to_have_text("听诉")
    assert at.complaints == other.complaints == []


async def test_the_security_pages_read_well_wide_and_narrow(live: Live, browser: Browser) -> None:
    for size in (DESK, PHONE):
        at = await seat(browser, live, "security", size)
        for path in (
            "/security",
            "/security/accounts",
            "/security/logins",
            "/security/tokens",
            "/security/data",
            "/account",
        ):
            await at.page.goto(f"{live.address}{path}")
            await expect(at.page.get_by_role("heading", level=1)).to_be_visible()
            await fits(at)
        await at.page.goto(f"{live.address}/security/tokens")
        await at.page.get_by_label("名称").fill(f"crm-{size['width']}")
        await at.page.get_by_label("读取投诉").check()
        await at.page.get_by_role("button", name="签发").click()
        await expect(at.page.locator("#told")).to_contain_text("tingsu_svc_")
        await fits(at)
        assert at.complaints == []
