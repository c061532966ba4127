"""A whole complaint without a mouse: from the acceptance to the answer, by Tab, arrows and Enter alone."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.casebackend.cases.answering import PLAIN
from tests.casebackend.cases.builders import PROPOSAL, filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
MOST_TABS = 60
FOCUSED = "node => node === document.activeElement"
YES = {"opinion": "同意"}


async def onto(page: Page, wanted: Locator) -> None:
    """On with Tab until it has the focus."""
    for _ in range(MOST_TABS):
        if await wanted.evaluate(FOCUSED):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


async def choose(page: Page, field: Locator, value: str) -> None:
    """Down the list until it says so."""
    for _ in range(MOST_TABS):
        if value in (await field.input_value(), await field.evaluate("node => node.selectedOptions[0].text.trim()")):
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"the list has no {value}")


async def makes(page: Page, move: str, **fields: str) -> None:
    """M leads to the moves; the panel opens with Enter."""
    await page.keyboard.press("m")
    panel = page.locator("details.move", has=page.locator(f'input[name="move"][value="{move}"]'))
    await onto(page, panel.locator("summary"))
    await page.keyboard.press("Enter")
    for name, value in fields.items():
        field = panel.locator(f"#{move}-{name}")
        await onto(page, field)
        if await field.evaluate("node => node.tagName") == "SELECT":
            await choose(page, field, value)
        else:
            await page.keyboard.press("Control+A")
            await page.keyboard.insert_text(value)
    await onto(page, panel.locator("button[type=submit]"))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**done={move}")
    await expect(page.get_by_role("status").first).to_contain_text("已完成：")


async def test_a_complaint_goes_from_its_acceptance_to_its_answer_by_keyboard(live: Live, browser: Browser) -> None:
    number = (await filed(live, sender="browser-keyboard")).number
    seats = {}
    judged = {name: PROPOSAL[name] for name in ("findings", "judgement_basis")}
    steps: list[tuple[str, str, dict[str, str]]] = [
        ("lead", "accept", YES),
        ("agent", "dispatch", {"handling_unit_id": "个人金融部", "opinion": "信用卡业务"}),
        ("agent", "receive", {}),
        ("agent", "propose_reply", judged | {"opinion": "投诉不成立"}),
        ("agent", "reply", PLAIN),
    ]
    for login, move, fields in steps:
        if login not in seats:
            seats[login] = await seat(browser, live, login)
        page = seats[login].page
        await page.goto(f"{live.address}/cases/{number}")
        await makes(page, move, **fields)
    await expect(seats["agent"].page.locator(".headline")).to_contain_text("已答复")
    assert [at.complaints for at in seats.values()] == [[]] * len(seats)
