"""A curator looks at what a closed complaint offers, beside each other on a desk and below each other on a phone."""

from uuid import UUID

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from casebackend.candidates import jobs
from casebackend.candidates.rules import State
from casebackend.cases.model import Case
from tests.casebackend.candidates.builders import candidate_of
from tests.casebackend.cases.builders import PROPOSAL, REPLY, filed
from tests.casebackend.console.live import Live
from tests.casebackend.console.test_browser import PHONE, browser, live, process, seat

__all__ = ["browser", "live", "process"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def finished(live: Live, *, sender: str) -> tuple[UUID, str]:
    """As if it had been answered and closed: the way there has its own tests."""
    receipt = await filed(live, sender=sender)
    ended = {
        "status": "closed", "replied_at": live.time, "closed_at": live.time, "reply_text": REPLY["reply_facts"],
        "validity": "valid", "cause_c": PROPOSAL["cause_c"],
    }  # fmt: skip
    async with live.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == receipt.case_id).values(ended))
        await jobs.on_due(session, {"case_id": str(receipt.case_id)}, live.time)
    return receipt.case_id, receipt.number


async def test_before_and_after_stand_side_by_side_and_the_decision_needs_a_reason(
    live: Live, browser: Browser
) -> None:
    case_id, number = await finished(live, sender="candidates-1")
    row = await candidate_of(live, case_id)
    assert row is not None
    at = await seat(browser, live, "lead")
    page = at.page
    await page.goto(f"{live.address}/candidates")
    await page.locator(f'a[href="/candidates/{row.id}"]').click()
    before = page.get_by_role("group", name="投诉事实脱敏前")
    after = page.get_by_role("group", name="投诉事实脱敏后")
    await expect(after.locator("mark").first).to_be_visible()
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    left, right = await before.bounding_box(), await after.bounding_box()
    assert left is not None
    assert right is not None
    assert (left["y"], left["x"] + left["width"] <= right["x"]) == (right["y"], True)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    left, right = await before.bounding_box(), await after.bounding_box()
    assert left is not None
    assert right is not None
    assert left["y"] + left["height"] <= right["y"]
    await page.get_by_text("不采用", exact=True).first.click()
    await page.get_by_label("理由").fill("情形单一")
    await page.get_by_role("button", name="不采用").click()
    await expect(page.get_by_text("不够典型")).to_be_visible()
    decided = await candidate_of(live, case_id)
    assert decided is not None
    assert (decided.state, decided.reason) == (State.REJECTED, "情形单一")
    assert at.complaints == []
