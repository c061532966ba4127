"""The progress page in a browser, by keyboard, at the width of a telephone and of a desk."""

import pytest
from playwright.async_api import Page, expect

from tests.casebackend.identity.test_core import PAPER, banking
from tests.channels.progress.conftest import Registered
from tests.channels.webchat.test_page import browsing

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)


async def whole(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 1440])
async def test_a_customer_sees_adds_urges_and_withdraws_by_keyboard(registered: Registered, width: int) -> None:
    town, receipt = registered.town, registered.receipt
    code, carrier = registered.code, registered.carrier
    async with browsing(town, width=width) as page:
        await page.goto(town.url("channels", "/progress"))
        await expect(page.get_by_label("取件码", exact=True)).to_be_focused()
        await whole(page)
        await page.keyboard.type(code.lower())
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("六位核实码")).to_be_focused()
        await whole(page)
        await page.keyboard.type(await carrier.code())
        await page.keyboard.press("Enter")
        main = page.get_by_role("main")
        await expect(main).to_contain_text(f"投诉编号 {receipt.number}")
        await expect(main).to_contain_text(
            f"最晚 {receipt.promised_on.month} 月 {receipt.promised_on.day} 日 24:00 前答复"
        )
        await whole(page)
        await page.get_by_label("想补充的话").fill("当天的小票我找到了")
        await page.get_by_role("button", name="提交补充").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("已经转给办理人员")
        await page.get_by_role("button", name="催办").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("已经帮您催办")
        await page.get_by_role("link", name="撤诉").press("Enter")
        await page.get_by_role("button", name="确定撤诉").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("已经为您撤诉")
        await expect(page.get_by_role("button", name="催办")).to_have_count(0)
        await page.get_by_role("button", name="结束查询").press("Enter")
        await expect(page.get_by_label("取件码", exact=True)).to_be_focused()


async def test_the_words_of_the_complaint_are_shown_after_core_banking_has_confirmed(registered: Registered) -> None:
    town, code, carrier = registered.town, registered.code, registered.carrier
    async with browsing(town) as page:
        await page.goto(town.url("channels", "/progress"))
        await page.get_by_label("取件码", exact=True).fill(code)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("六位核实码")).to_be_focused()
        await page.get_by_label("六位核实码").fill(await carrier.code())
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="查看登记内容").click()
        await identified(page)
        await expect(page.get_by_role("status")).to_contain_text("暂时无法与核心系统核对")
        async with banking() as (_, bank):
            assert town.backend is not None
            town.backend.ctx.core_bank = bank
            await page.get_by_role("link", name="查看登记内容").click()
            await identified(page)
            await expect(page.get_by_role("status")).to_contain_text("身份核对好了")
        await expect(page.get_by_role("heading", name="登记内容")).to_be_visible()
        await whole(page)


async def identified(page: Page) -> None:
    await page.get_by_label("姓名").fill("王小明")
    await page.get_by_label("证件号码").fill(PAPER)
    await page.keyboard.press("Enter")
