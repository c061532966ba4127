"""What the bank sets of extensions: how often, how far by profile, and who approves them."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from sqlalchemy import select

from casebackend.api.drafts import CaseReceipt
from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.clocks.extending import APPROVERS_OF, BY_PROFILE, PROFILES
from casebackend.clocks.limits import SEED
from casebackend.console.limits import APPROVERS
from casebackend.workflow.service import profile_names
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.clocks.test_routes import sends, shown
from tests.casebackend.extensions.test_bounds import at_outlet, slug
from tests.casebackend.extensions.test_routes import asks, decides, legal
from tests.casebackend.staff.logins import hired
from tests.world import World

ROW: dict[str, Any] = {"effective_from": "2026-03-01", "source": "本行规定", "evidence": "D"}


async def adds(desk: Desk, code: str, amount: str, **given: Any) -> httpx.Response:
    return await sends(desk, "supervisor", "POST", "/limits", ROW | {"code": code, "amount": amount} | given)


async def by_two_levels(desk: Desk, sender: str = "customer-1") -> CaseReceipt:
    """A case that an outlet handles, whose branch runs by the profile of two levels."""
    body = {"unit_id": await unit(desk.world, "北京分行"), "profile": "two_level", "source": "试行"}
    await sends(desk, "admin", "POST", "/profiles/uses", body | {"effective_from": "2026-03-01"})
    receipt = await filed(desk.world, sender=sender)
    await at_outlet(desk, receipt.number)
    assert (await case_of(desk.world, receipt.case_id)).profile == "two_level"
    return receipt


async def test_how_often_and_how_far_is_set_for_the_units_of_one_profile_only(world: World) -> None:
    desk = Desk(world)
    assert (await adds(desk, "extension.most.two_level", "1")).status_code == 201
    assert (await adds(desk, "l2.two_level", "25")).status_code == 201
    receipt = await by_two_levels(desk)
    asked = (await asks(desk, "outlet", receipt.number)).json()
    assert asked["new_due_on"] == "2026-03-27", "25 days from 2 March"
    assert (await decides(desk, "supervisor", asked, "approve")).json()["new_due_on"] == "2026-03-27"
    assert (await legal(world, receipt.case_id))[-1].derivation.startswith("收到 3月2日 + 25日 = 3月27日（经批准延长）")
    again = await asks(desk, "outlet", receipt.number, "to_60")
    assert slug(again) == (409, "not-extensible")
    assert "最多延期1次" in again.json()["detail"]


async def test_what_a_profile_says_holds_for_no_other_and_not_before_its_day(world: World) -> None:
    desk = Desk(world)
    await adds(desk, "l2.two_level", "25", effective_from="2026-03-20")
    early = await by_two_levels(desk)
    assert (await asks(desk, "outlet", early.number)).json()["new_due_on"] == "2026-04-01"
    await adds(desk, "extension.most.two_level", "0")
    other = await filed(world, sender="customer-2")
    async with world.database.transaction() as session:
        (await session.get_one(Case, other.case_id)).profile = "four_step"
    await desk.investigating(other.number)
    assert (await asks(desk, "agent", other.number)).status_code == 201
    refused = await asks(desk, "outlet", (await by_two_levels(desk, "customer-3")).number)
    assert (slug(refused), "不延期" in refused.json()["detail"]) == ((409, "not-extensible"), True)


@pytest.mark.parametrize(
    ("code", "amount", "given", "says"),
    [
        ("l2.two_level", "31", {}, "不能超过30"),
        ("l2.two_level", "15", {}, "须长于延长前的15日"),
        ("l3.two_level", "30", {}, "须长于延长前的30日"),
        ("extension.most.two_level", "3", {}, "不能超过2"),
        ("extension.most.two_level", "0.5", {}, "须为整数"),
        ("l2.two_level", "25", {"severity": "紧急投诉"}, "不分投诉等级"),
        ("l2.two_level", "25", {"approvers": ["executive"]}, "对各时限方案通用"),
        ("l1", "0", {}, "须大于0"),
        ("l1", "15", {"approvers": ["executive"]}, "只有延期的时限可以设定审批人"),
        ("l3", "60", {"approvers": ["executive", "complaint_manager"]}, "不能由所选的人员审批"),
    ],
)
async def test_a_row_that_the_law_or_sense_forbids_is_refused(
    world: World, code: str, amount: str, given: dict[str, Any], says: str
) -> None:
    refused = await adds(Desk(world), code, amount, **given)
    assert slug(refused) == (422, "limit-wrong")
    assert says in refused.json()["detail"]


async def test_a_profile_that_nobody_knows_has_no_limits(world: World) -> None:
    assert slug(await adds(Desk(world), "extension.most.no_such", "1")) == (404, "limit-not-found")
    assert slug(await adds(Desk(world), "internal.decide.two_level", "1")) == (404, "limit-not-found")


async def test_who_approves_an_extension_is_set_from_a_day_on_and_stays_in_the_records(world: World) -> None:
    desk = Desk(world)
    made = await adds(desk, "l2", "30", approvers=["unit_head", "superior_head"])
    assert (made.status_code, made.json()["approver"]) == (201, "superior_head,unit_head")
    async with world.database.reading() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.event == "limit.added"))
        assert [row.detail["approver"] for row in rows] == ["superior_head,unit_head"]
    receipt = await filed(world)
    await at_outlet(desk, receipt.number)
    asked = (await asks(desk, "outlet", receipt.number)).json()
    assert slug(await decides(desk, "supervisor", asked, "approve")) == (403, "may-not-decide-extension")
    assert (await decides(desk, "branch", asked, "approve")).status_code == 200
    second = await filed(world, sender="customer-2")
    await desk.sure("lead", second.number, "accept")
    branch = await unit(world, "北京分行")
    await desk.sure("agent", second.number, "dispatch", handling_unit_id=branch, opinion="由分行办理")
    await hired(world, "clerk", roles=["handler"], organisation_id=UUID(branch))
    await desk.sure("clerk", second.number, "receive")
    asked = (await asks(desk, "clerk", second.number)).json()
    assert (await decides(desk, "branch", asked, "approve")).status_code == 200, "the head of the unit itself as well"


async def test_the_page_offers_and_names_what_may_be_set(world: World) -> None:
    desk = Desk(world)
    browser = await desk.browser("supervisor")
    form = ROW | {"code": "l2.two_level", "amount": "25"}
    assert (await browser.post("/limits", data=form)).status_code == 303
    form = ROW | {"code": "l2", "amount": "30", "approvers": ["unit_head", "executive"]}
    assert (await browser.post("/limits", data=form)).status_code == 303
    text = await shown(desk, "supervisor", "/limits")
    for each in ("限总分行两级时限", "总行高管、承办机构负责人", 'value="extension.most.four_step"'):
        assert each in text, each


def test_every_approver_has_a_name_in_chinese_and_every_profile_is_known() -> None:
    rows = yaml.safe_load(SEED.read_text())
    words = {word for row in rows for word in (row.get("approver") or "").split(",") if word.isascii() and word}
    assert words <= set(APPROVERS)
    assert set().union(*APPROVERS_OF.values()) <= set(APPROVERS)
    assert set(PROFILES) == set(profile_names())
    assert set(BY_PROFILE) <= {row["code"] for row in rows}
    assert all(len(f"{code}.{profile}") <= 40 for code in BY_PROFILE for profile in PROFILES)
