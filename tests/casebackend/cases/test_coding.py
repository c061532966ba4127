"""Everybody who works on a case may correct its classification, under his name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.cases.coding import agreement, intercoder
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
        ("agent", "*", {"category_b": "信用卡", "reason": "不变"}, 409),
        ("outlet", "*", LOAN, 403),
        ("curator", "*", LOAN, 403),
    ):
        assert (await classifies(desk, login, receipt.number, read, **fields)).status_code == status, (login, fields)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意")
    world_case = await case_of(world, receipt.case_id)
    await classifies(desk, "supervisor", receipt.number, **LOAN)
    assert (await case_of(world, receipt.case_id)).coded_by != world_case.coded_by
    async with world.database.transaction() as session:
        (await session.get_one(Case, receipt.case_id)).status = "closed"
    assert (await classifies(desk, "agent", receipt.number, **LOAN)).status_code == 409


async def test_agreement_compares_the_handler_with_the_final_coder(world: World) -> None:
    desk = Desk(world)
    for sender, other in (("a", {}), ("b", {"category_b": "贷款"})):
        receipt = await filed(world, sender=sender)
        await desk.investigating(receipt.case_id)
        await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
        world.wait(minutes=1)
        await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意", **other)
    async with world.database.reading() as session:
        found = await intercoder(session)
        assert (found["cause_c"].cases, found["cause_c"].share) == (2, 1.0)
        assert (found["category_b"].cases, found["category_b"].agreed, found["category_b"].kappa) == (2, 1, 0.0)
        assert (await intercoder(session, Case.severity == "重大投诉"))["cause_c"].share is None


def test_kappa_of_a_known_table() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.4 (the usual textbook example)."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert agreement(pairs).kappa == pytest.approx(0.4)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=40))
def test_kappa_is_at_most_one_and_one_only_for_full_agreement(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs)
    assert found.agreed <= found.cases == len(pairs)
    if found.kappa is not None:
        assert found.kappa <= 1 + 1e-9
        assert (found.agreed == found.cases) == (found.kappa == pytest.approx(1))
