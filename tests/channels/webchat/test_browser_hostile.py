"""What the bot, a colleague or the customer says stays words on the page of the customer, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.casebackend.hostile.chromium import Watch, chromium
from tests.casebackend.hostile.payloads import SHORT
from tests.channels.town import Town, say

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PATIENCE = 20_000


async def test_no_attack_in_a_chat_comes_alive(town: Town) -> None:
    attack = " ".join(SHORT)
    town.bot.answer = lambda turn: [say(f"{attack} 听到：{turn['text']}", [f"选{SHORT[0]}", f"选{SHORT[3]}"])]
    async with chromium() as browser:
        watch = await Watch.over(await browser.new_context(), town.url("channels", "").rstrip("/"))
        page = await watch.context.new_page()
        assert await watch.look(page, "/") == 200
        await page.get_by_role("textbox", name="输入消息").fill(attack)
        await page.get_by_role("button", name="发送").click()
        await expect(page.get_by_role("log")).to_contain_text("听到：", timeout=PATIENCE)
        await expect(page.get_by_role("button", name="选").first).to_be_visible(timeout=PATIENCE)
        await watch.sweep(page)
        assert await watch.look(page, "/") == 200
        await expect(page.get_by_role("log")).to_contain_text("听到：", timeout=PATIENCE)
        await watch.sweep(page)
        assert watch.alive == []
