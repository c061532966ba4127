"""The two pages people use most, in a real Chromium, against all programs."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from ops.chain import Chain
from tests.e2e.talks import STORY, number_in

PATIENCE = 60_000


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as browsers:
        browser = await browsers.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
            ],
        )
        yield browser
        await browser.close()


async def say(page: Page, text: str, answer: str) -> None:
    await page.get_by_role("textbox", name="输入消息").fill(text)
    await page.get_by_role("button", name="发送").click()
    await expect(page.get_by_role("log")).to_contain_text(answer, timeout=PATIENCE)


async def file_in(page: Page) -> str:
    await expect(page.get_by_role("log")).to_contain_text("个人信息", timeout=PATIENCE)
    await say(page, STORY, "怎么处理")
    await say(page, "把钱退给我，再道个歉", "称呼")
    await say(page, "我叫王小明", "手机")
    await say(page, "13800138000", "证件")
    await page.get_by_role("button", name="不提供").click()
    await expect(page.get_by_role("log")).to_contain_text("138****8000", timeout=PATIENCE)
    await page.get_by_role("button", name="确认提交").click()
    await expect(page.get_by_role("log")).to_contain_text("编号", timeout=PATIENCE)
    return number_in(await page.get_by_role("log").inner_text())


async def test_a_customer_files_in_the_page_and_an_agent_answers_with_a_suggestion(
    chain: Chain, chromium: Browser, passwords: dict[str, str]
) -> None:
    customer = await chromium.new_page()
    await customer.goto(chain.url("channels"))
    number = await file_in(customer)
    agent = await chromium.new_page()
    await agent.goto(chain.url("casebackend"))
    await agent.get_by_label("用户名").fill("agent")
    await agent.get_by_label("密码").fill(passwords["agent"])
    await agent.get_by_role("button", name="登录").click()
    await expect(agent.get_by_role("heading", name="工单")).to_be_visible(timeout=PATIENCE)
    await agent.goto(f"{chain.url('casebackend')}/cases/{number}")
    await expect(agent.locator("body")).to_contain_text("年费收取", timeout=PATIENCE)
    await agent.get_by_role("button", name="接管").click()
    await expect(customer.get_by_role("log")).to_contain_text("为您服务", timeout=PATIENCE)
    await agent.get_by_role("button", name="插入").first.click()
    await agent.get_by_role("button", name="发送").click()
    await expect(customer.get_by_role("log")).to_contain_text("减免条件", timeout=PATIENCE)
    await say(customer, "好的，我的卡号后四位是1234", "后四位是1234")
    await expect(agent.locator("body")).to_contain_text("后四位是1234", timeout=PATIENCE)
    await agent.get_by_role("button", name="交还").click()
    await expect(customer.get_by_role("log")).to_contain_text("智能助手", timeout=PATIENCE)
