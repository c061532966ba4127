"""The basic right in a real browser: chosen where a matter is taken down, and corrected on the page of the case."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
FILLED = {
    "姓名或单位名称": "张三丰", "被投诉机构": "北京朝阳支行", "责任机构": "北京海淀支行",
    "事情经过": "在柜台被多扣了信用卡年费200元，事先没有人告知", "诉求": "退回年费",
}  # fmt: skip


async def test_a_right_is_chosen_at_the_counter_and_corrected_on_the_case(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "outlet")
    page = at.page
    await page.goto(f"{live.address}/register")
    for label, text in FILLED.items():
        await page.get_by_label(label).first.fill(text)
    await page.get_by_label("联系电话").first.fill("13800138000")
    right = page.get_by_label("基本权利")
    await expect(right).to_have_value("")
    await right.select_option("知情权")
    await page.get_by_label("投诉原因").focus()
    await expect(right).to_have_value("知情权")
    await page.get_by_role("button", name="提交复核").click()
    await expect(page.get_by_role("status").first).to_contain_text("已完成：提交复核")
    found = re.search(r"/cases/(TS\d+)", page.url)
    assert found
    assert at.complaints == []
    lead = await seat(browser, live, "lead", PHONE)
    await lead.page.goto(f"{live.address}/cases/{found.group(1)}#classification")
    panel = lead.page.locator("#classification")
    await expect(panel.get_by_label("基本权利")).to_have_value("知情权")
    await panel.get_by_label("基本权利").select_option("公平交易权")
    await panel.get_by_label("理由").fill("收费未经同意")
    await panel.get_by_role("button", name="调整分类").click()
    await expect(panel).to_contain_text("知情权 → 公平交易权")
    assert await lead.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await lead.page.goto("about:blank")
    await lead.page.goto(f"{live.address}/cases/{found.group(1)}#registration")
    await expect(lead.page.locator("#registration")).to_contain_text("北京海淀支行")
    assert lead.complaints == []
