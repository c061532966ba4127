"""Everybody who works on a case may correct its classification, under his name."""

from typing import Any

from sqlalchemy import select

from casebackend.cases.model import Case, CaseChange
from casebackend.check import check
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed
from tests.world import World

LOAN = {"category_b": "贷款", "reason": "客户说的是贷款利息"}


async def classifies(desk: Desk, login: str, number: str, read: str = "*", **fields: Any) -> Any:
    browser = await desk.browser(login)
    headers = {"If-Match": read} if read else {}
    return await browser.post(f"/api/v1/cases/{number}/classification", json=fields, headers=headers)


async def test_each_change_is_signed_and_says_why(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    answer = await classifies(desk, "agent", receipt.number, **LOAN)
    assert (answer.status_code, answer.json()["category_b"]) == (200, "贷款")
    await classifies(desk, "supervisor", receipt.number, category_b="信用卡", reason="年费属信用卡")
    async with world.database.reading() as session:
        signed = (await session.scalars(select(CaseChange).where(CaseChange.field == "category_b"))).all()
        assert [(each.actor_name, each.before, each.after, each.reason) for each in signed] == [
            ("王受理", "信用卡", "贷款", "客户说的是贷款利息"), ("赵主管", "贷款", "信用卡", "年费属信用卡"),
        ]  # fmt: skip
        assert await check(session, now=world.time) == []


async def test_who_may_not_and_what_may_not(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    for login, read, fields, status in (
        ("agent", "", LOAN, 428),
        ("agent", '"1"', LOAN, 412),
        ("agent", "*", {"category_b": "贷款"}, 422),
        ("agent", "*", LOAN | {"category_b": "乱写"}, 422),
        ("agent", "*", {"basic_right": "随便", "reason": "不在名单上"}, 422),
        ("agent", "*", {"category_b": "信用卡", "reason": "不变"}, 409),
        ("outlet", "*", LOAN, 403),
        ("curator", "*", LOAN, 403),
    ):
        assert (await classifies(desk, login, receipt.number, read, **fields)).status_code == status, (login, fields)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    form = (await (await desk.browser("auditor")).get(f"/cases/{receipt.number}")).text
    assert 'id="approve_opinion-basic_right"' in form
    unknown = await desk.does("auditor", receipt.case_id, "approve_opinion", opinion="同意", basic_right="随便")
    assert (unknown.status_code, unknown.json()["type"]) == (422, "/problems/unknown-term")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意", basic_right="知情权")
    async with world.database.reading() as session:
        right = (await session.scalars(select(CaseChange).where(CaseChange.field == "basic_right"))).one()
        assert (right.before, right.after, right.actor) == ("待分类", "知情权", "staff:auditor")
    auditor = (await case_of(world, receipt.case_id)).coded_by
    frozen = await classifies(desk, "supervisor", receipt.number, **LOAN)
    assert (frozen.status_code, frozen.json()["type"]) == (409, "/problems/decision-stands")
    page = await (await desk.browser("supervisor")).get(f"/cases/{receipt.number}/classification")
    assert "调整分类</button>" not in page.text
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意", category_b="贷款")
    assert (await case_of(world, receipt.case_id)).coded_by != auditor
    assert (await classifies(desk, "supervisor", receipt.number, **LOAN)).status_code == 409
    async with world.database.transaction() as session:
        (await session.get_one(Case, receipt.case_id)).status = "closed"
    assert (await classifies(desk, "agent", receipt.number, **LOAN)).status_code == 409
