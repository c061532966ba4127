"""The process in a real browser: the counter, a countersigning round, a refusal in place, a report and its list."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, investigated, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
STORY = "11月10日在柜台办理业务，被多扣了信用卡年费200元，柜员解释不清"


async def section(page: Page, address: str) -> Locator:
    """A section of a case as it stands now, opened by its address."""
    await page.goto("about:blank")
    await page.goto(address)
    return page.locator(f"#{address.rpartition('#')[2]}")


async def type_into(page: Page, label: str, text: str) -> None:
    """By keyboard alone: on with Tab until the field has the focus."""
    field = page.get_by_label(label).first
    for _ in range(60):
        if await field.evaluate("field => field === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await expect(field).to_be_focused()
    await page.keyboard.type(text)


async def test_a_complaint_is_taken_down_at_the_counter_without_a_mouse(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "outlet")
    page = at.page
    await page.goto(f"{live.address}/register")
    await expect(page.get_by_label("受理渠道")).to_have_value("counter")
    for label, text in (("姓名或单位名称", "张三丰"), ("联系电话", "12345"), ("被投诉机构", "北京朝阳支行")):
        await type_into(page, label, text)
    await type_into(page, "事情经过", STORY)
    await type_into(page, "诉求", "退回多扣的年费")
    button = page.get_by_role("button", name="提交复核")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("联系电话")
    await expect(page.get_by_label("诉求")).to_have_value("退回多扣的年费")
    phone = page.get_by_label("联系电话").first
    await phone.focus()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("13800138000")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("已完成：提交复核")
    await expect(page.locator("#talk")).to_contain_text("没有在线会话")
    assert all("422" in complaint for complaint in at.complaints)


async def answered(live: Live, browser: Browser, login: str, number: str, says: str, opinion: str) -> None:
    at = await seat(browser, live, login)
    await at.page.goto(f"{live.address}/tasks")
    await at.page.get_by_role("row", name=number).get_by_role("link", name="办理").click()
    form = at.page.locator("form", has=at.page.locator("textarea[name=answer]"))
    await form.get_by_label(says, exact=True).check()
    await form.get_by_label("反馈意见").fill(opinion)
    await form.get_by_role("button", name="反馈").click()
    await expect(at.page.locator("#tasks")).to_contain_text(opinion)
    await at.page.context.close()
    assert at.complaints == []


async def test_a_round_that_all_must_agree_to_fails_when_one_disagrees(live: Live, browser: Browser) -> None:
    at, number = await investigated(live, browser, "browser-countersign")
    panel = at.page.locator("details.move", has=at.page.get_by_text("发起会签", exact=True)).first
    await panel.locator("summary").click()
    await expect(panel.get_by_label("须同意的方数")).to_be_hidden()
    for unit in ("稽核部", "北京分行"):
        await (
            panel.locator(".checks label")
            .filter(has_text=re.compile(rf"^\s*{unit}\s*$"))
            .get_by_role("checkbox")
            .check()
        )
    await panel.get_by_label("处理意见").fill("请就收费依据提出意见")
    await panel.get_by_role("button", name="发起会签").click()
    await expect(at.page.get_by_role("status").first).to_contain_text("会签中")
    await answered(live, browser, "auditor", number, "同意", "同意退费")
    await answered(live, browser, "branch", number, "不同意", "网点没有过错")
    tasks = await section(at.page, f"{live.address}/cases/{number}#tasks")
    await expect(tasks).to_contain_text("会签未通过")
    await expect(at.page.locator(".headline")).to_contain_text("调查处理中")
    assert at.complaints == []


async def test_material_with_a_wrong_time_is_refused_in_place_with_the_words_kept(live: Live, browser: Browser) -> None:
    at, number = await investigated(live, browser, "browser-material")
    await at.page.context.close()
    lead = await seat(browser, live, "agent")
    here = await section(lead.page, f"{live.address}/cases/{number}#extensions")
    await here.get_by_text("登记补充材料").click()
    form = here.locator("form", has=lead.page.get_by_role("button", name="登记材料"))
    await form.get_by_label("收到时间").fill("2020-01-01T10:00")
    await form.get_by_label("内容").fill("客户寄来一份账单")
    await form.get_by_role("button", name="登记材料").click()
    await expect(form.get_by_role("alert")).to_contain_text("时间不正确")
    await expect(form.get_by_label("内容")).to_have_value("客户寄来一份账单")
    await expect(lead.page).to_have_url(re.compile(rf"/cases/{number}#extensions$"))
    assert all("422" in complaint for complaint in lead.complaints)


async def test_a_number_of_a_report_opens_a_list_of_exactly_so_many_rows(live: Live, browser: Browser) -> None:
    await investigated(live, browser, "browser-report")
    at = await seat(browser, live, "supervisor")
    await at.page.goto(f"{live.address}/reports?name=business_category")
    link = at.page.locator("table tbody tr").first.get_by_role("link").first
    count = int(await link.inner_text())
    await link.click()
    await expect(at.page.get_by_role("heading", name=f"共 {count} 件")).to_be_visible()
    await expect(at.page.locator("section[aria-label='查询结果'] tbody tr")).to_have_count(count)
    other = await seat(browser, live, "executive")
    await other.page.goto(at.page.url)
    await expect(other.page.get_by_role("heading", name=f"共 {count} 件")).to_be_visible()
    assert at.complaints == []


@pytest.mark.parametrize("login", ["lead", "supervisor", "outlet", "executive", "admin", "curator"])
async def test_every_page_of_the_menu_fits_a_phone(live: Live, browser: Browser, login: str) -> None:
    at = await seat(browser, live, login, PHONE)
    links = at.page.locator(".top nav a")
    for path in {str(await link.get_attribute("href")) for link in await links.all()}:
        answer = await at.page.goto(live.address + path)
        assert answer is not None
        assert answer.status == 200, path
        assert await at.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert at.complaints == []


async def test_who_declares_a_conflict_is_offered_nothing_and_told_why(live: Live, browser: Browser) -> None:
    at, number = await investigated(live, browser, "browser-recused")
    here = await section(at.page, f"{live.address}/cases/{number}#recusals")
    await here.get_by_text("本人申请回避").click()
    await here.get_by_label("回避理由").fill("客户是本人亲属")
    await here.get_by_role("button", name="申请回避").click()
    await expect(at.page.locator("#act")).to_contain_text("已申请回避")
    await expect(at.page.locator("#act summary")).to_have_count(0)


async def test_a_suggestion_plans_the_way_without_an_opinion_to_be_audited(live: Live, browser: Browser) -> None:
    at = await seat(browser, live, "agent")
    page = at.page
    await page.goto(f"{live.address}/register")
    await page.get_by_label("事项类型").select_option("suggestion")
    await expect(page.get_by_label("业务类别")).to_have_count(0)
    await page.get_by_label("事情经过").fill("建议在大厅增加老花镜")
    await page.get_by_role("button", name="提交复核").click()
    await expect(page.get_by_role("status").first).to_contain_text("已完成")
    planned = await page.locator("svg.wide .planned .name").all_text_contents()
    assert "处理意见待审" not in planned
    assert planned[-1] == "已结案"
    assert at.complaints == []
