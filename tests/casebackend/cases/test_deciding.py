"""Who signs a proposal, agrees to it and lets it be answered: by the chain of the case, which is data."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from casebackend.api.limits import UseProfile
from casebackend.cases.filing import SYSTEM
from casebackend.cases.rules import LIFECYCLE
from casebackend.clocks.queries import timers_of
from casebackend.clocks.rules import is_node
from casebackend.editions import changed
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import ORGANISATIONS
from casebackend.staff.rules import Role
from casebackend.workflow.queries import chains
from casebackend.workflow.rules import LOOK, Stand
from casebackend.workflow.service import use_profile
from tests.casebackend.cases.around import holds, posts
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit
from tests.casebackend.families.builders import closed
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

YES = {"opinion": "同意"}


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


@pytest.fixture
async def desk(world: World) -> Desk:
    return Desk(world)


async def steps(world: World, case_id: UUID) -> set[str]:
    """In whose hands it is by the clocks that run."""
    async with world.database.reading() as session:
        running = {timer.kind for timer in await timers_of(session, case_id) if timer.stopped_at is None}
    return {kind for kind in running if is_node(kind) and kind != "receive.node"}


async def listed(desk: Desk, login: str, number: str) -> bool:
    """Whether it waits for this person."""
    items = (await desk.reads(login, "/cases/?queue=todo")).json()["items"]
    return number in [row["number"] for row in items]


async def offered(desk: Desk, login: str, number: str) -> set[str]:
    return {each["move"] for each in (await desk.reads(login, f"/cases/{number}")).json()["allowed"]}


async def test_whoever_a_chain_names_may_make_the_move_by_the_table(world: World) -> None:
    async with world.database.reading() as session:
        takers = [
            taker for versions in (await chains(session)).values() for steps in versions.values() for step in steps
            for taker in step.takes if taker.move != LOOK
        ]  # fmt: skip
    assert {Stand(taker.stand) for taker in takers} == set(Stand) - {Stand.ABOVE}
    for taker in takers:
        [arrow] = [arrow for (_, move), arrow in LIFECYCLE.items() if move == taker.move]
        assert set(taker.roles) <= arrow.by, taker
        assert set(taker.roles) <= set(Role)


async def test_the_head_of_the_department_signs_before_the_auditors_look_at_it(world: World, desk: Desk) -> None:
    office = UUID(await unit(world, "个人金融部"))
    await hired(world, "head", roles=["department_head"], organisation_id=office)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    shown = (await desk.reads("agent", f"/cases/{receipt.number}")).json()
    assert (shown["awaiting"]["move"], shown["awaiting"]["who"]) == ("sign", "个金部部门负责人")
    assert slug(await desk.does("supervisor", receipt.case_id, "approve_opinion", **YES)) == (409, "not-signed")
    assert slug(await desk.does("lead", receipt.case_id, "sign", **YES)) == (403, "not-your-decision")
    assert slug(await desk.does("agent", receipt.case_id, "sign", **YES)) == (403, "move-forbidden")
    assert "sign" not in await offered(desk, "lead", receipt.number)
    assert "approve_opinion" not in await offered(desk, "supervisor", receipt.number)
    asked = [login for login in ("head", "lead", "auditor", "executive") if await listed(desk, login, receipt.number)]
    assert asked == ["head"]
    assert await steps(world, receipt.case_id) == {"internal.investigate"}
    assert slug(await desk.does("head", receipt.case_id, "sign")) == (422, "fields-missing")
    page = (await (await desk.browser("head")).get(f"/cases/{receipt.number}")).text
    assert all(words in page for words in ("由个金部部门负责人办理", "部门签署", "部门负责人签署"))
    signed = await desk.sure("head", receipt.case_id, "sign", opinion="同意上报稽核")
    assert (signed["status"], signed["signed_at"] is not None) == ("proposed", True)
    assert await steps(world, receipt.case_id) == {"internal.decide"}
    assert slug(await desk.does("head", receipt.case_id, "sign", **YES)) == (409, "nothing-to-sign")
    assert slug(await desk.does("head", receipt.case_id, "approve_opinion", **YES)) == (403, "own-work")
    assert [await listed(desk, login, receipt.number) for login in ("head", "supervisor")] == [False, True]
    assert (await case_of(world, receipt.case_id)).awaits == "auditor"
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", **YES)
    await desk.sure("supervisor", receipt.case_id, "approve_reply", **YES)
    await desk.sure("agent", receipt.case_id, "reply", **REPLY)
    await holds(world)


async def test_a_proposal_that_came_back_is_signed_anew(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.proposed(receipt.case_id)
    await desk.sure("supervisor", receipt.case_id, "return_for_rework", opinion="证据不足")
    assert (await case_of(world, receipt.case_id)).signed_by is None
    assert not await listed(desk, "executive", receipt.number)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert slug(await desk.does("supervisor", receipt.case_id, "approve_opinion", **YES)) == (409, "not-signed")
    assert await listed(desk, "executive", receipt.number)
    shown = (await desk.reads("agent", f"/cases/{receipt.number}")).json()["awaiting"]
    assert shown["who"] == "总行高管", "nobody leads 个人金融部: who stands above it signs"
    await desk.sure("executive", receipt.case_id, "return_for_rework", opinion="请补充依据")
    assert (await case_of(world, receipt.case_id)).rework_count == 2


async def test_where_an_outlet_has_no_head_the_head_of_its_branch_signs(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"))
    await desk.sure("outlet", receipt.case_id, "receive")
    answer = await desk.sure("outlet", receipt.case_id, "propose", **PROPOSAL)
    assert (answer["awaiting"]["move"], answer["awaiting"]["who"]) == ("sign", "北京分行部门负责人")
    assert answer["awaiting"]["why"] == "朝阳支行没有可以签署的部门负责人，按流程由上级北京分行部门负责人签署"
    assert answer["awaiting"]["why"] in (await (await desk.browser("branch")).get(f"/cases/{receipt.number}")).text
    assert await steps(world, receipt.case_id) == {"internal.investigate"}
    assert slug(await desk.does("supervisor", receipt.case_id, "approve_opinion", **YES)) == (409, "not-signed")
    assert [await listed(desk, who, receipt.number) for who in ("branch", "auditor")] == [True, False]
    await desk.sure("branch", receipt.case_id, "sign", **YES)
    assert slug(await desk.does("branch", receipt.case_id, "sign", **YES)) == (409, "nothing-to-sign")
    assert slug(await desk.does("branch", receipt.case_id, "approve_opinion", **YES)) == (403, "own-work")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", **YES)


async def test_the_head_of_the_outlet_itself_signs_unless_the_complaint_is_about_his_outlet(
    world: World, desk: Desk
) -> None:
    for place in ("北京朝阳支行", "北京海淀支行"):
        here = UUID(await unit(world, place))
        await hired(world, f"head-{place}", roles=["department_head"], organisation_id=here)
    await hired(world, "haidian", roles=["handler"], organisation_id=UUID(await unit(world, "北京海淀支行")))
    for place, handler, who in (("北京朝阳支行", "outlet", "北京分行"), ("北京海淀支行", "haidian", "海淀支行")):
        receipt = await filed(world, sender=place)
        await desk.sure("lead", receipt.case_id, "accept")
        given = {"handling_unit_id": await unit(world, place), "opinion": "就近办理"}
        await desk.sure("agent", receipt.case_id, "dispatch", **given)
        await desk.sure(handler, receipt.case_id, "receive")
        answer = await desk.sure(handler, receipt.case_id, "propose", **PROPOSAL)
        assert answer["awaiting"]["who"] == f"{who}部门负责人"
        own = f"head-{place}"
        assert await listed(desk, own, receipt.number) is (who == "海淀支行")
        assert await listed(desk, "branch", receipt.number) is (who == "北京分行")
    await desk.sure("head-北京海淀支行", receipt.case_id, "sign", **YES)
    await holds(world)


async def test_a_head_who_handled_it_himself_does_not_sign_his_own_proposal(world: World, desk: Desk) -> None:
    office = UUID(await unit(world, "个人金融部"))
    await hired(world, "head", roles=["handler", "department_head"], organisation_id=office)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=str(office), opinion="信用卡业务")
    await desk.sure("head", receipt.case_id, "receive")
    answer = await desk.sure("head", receipt.case_id, "propose", **PROPOSAL)
    assert answer["awaiting"]["who"] == "总行高管", "nobody else leads it: who stands above it signs"
    refused = await desk.does("head", receipt.case_id, "sign", **YES)
    assert slug(refused) == (403, "own-signature")
    assert refused.json()["detail"] == "您办理过这件投诉，处理意见须由本单位其他负责人或上级机构负责人签署"
    assert "sign" not in await offered(desk, "head", receipt.number)
    assert not await listed(desk, "head", receipt.number)
    await desk.sure("executive", receipt.case_id, "return_for_rework", opinion="请补充依据")
    await hired(world, "deputy", roles=["department_head"], organisation_id=office)
    answer = await desk.sure("head", receipt.case_id, "propose", **PROPOSAL)
    assert answer["awaiting"]["who"] == "个金部部门负责人"
    assert await listed(desk, "deputy", receipt.number)
    await desk.sure("deputy", receipt.case_id, "sign", **YES)
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", **YES)
    await holds(world)


async def two_levels(world: World) -> None:
    async with world.database.transaction() as session:
        command = UseProfile(
            unit_id=UUID(await unit(world, "北京分行")), profile="two_level", effective_from=date(2026, 3, 1),
            source="总行发文（假设）",
        )  # fmt: skip
        await use_profile(session, command, by=SYSTEM, now=world.time)


async def proposed(world: World, desk: Desk, case: Any) -> None:
    await desk.sure("agent", case, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"), opinion="属地办理")
    await desk.sure("outlet", case, "receive")
    await desk.sure("outlet", case, "propose", **PROPOSAL)


async def test_in_two_levels_the_branch_signs_and_finishes_what_is_ordinary(world: World, desk: Desk) -> None:
    await two_levels(world)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await proposed(world, desk, receipt.case_id)
    shown = (await desk.reads("outlet", f"/cases/{receipt.number}")).json()["awaiting"]
    assert (shown["move"], shown["who"]) == ("approve_opinion", "北京分行部门负责人")
    jinan = UUID(await unit(world, "济南分行"))
    await hired(world, "jinan", roles=["department_head"], organisation_id=jinan)
    assert (await desk.does("jinan", receipt.case_id, "approve_opinion", **YES)).status_code == 404
    assert slug(await desk.does("lead", receipt.case_id, "approve_opinion", **YES)) == (403, "not-your-decision")
    assert await listed(desk, "branch", receipt.number)
    assert await steps(world, receipt.case_id) == {"internal.branch_decide"}
    await desk.sure("branch", receipt.case_id, "approve_opinion", opinion="同意，予以签署")
    assert await listed(desk, "branch", receipt.number)
    done = await desk.sure("branch", receipt.case_id, "approve_reply", opinion="同意办结")
    assert done["status"] == "reply_pending"
    reply = REPLY | {"reply_remedies": "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。"}
    await desk.sure("outlet", receipt.case_id, "reply", **reply)
    await holds(world)


async def test_in_two_levels_head_office_decides_what_is_grave_or_the_regulators(world: World) -> None:
    await two_levels(world)
    counter = Counter(world)
    desk, here = counter.desk, await unit(world, "北京朝阳支行")
    grave = (await counter.sure(unit_id=here))["number"]
    await desk.sure("lead", grave, "accept")
    made = await counter.changes("supervisor", grave, "severity", severity="重大投诉", reason="客户称将联系媒体")
    assert made.status_code == 200, made.text
    regulated = {"source": "regulator", "channel": "regulator", "regulator_number": "GJ-1"}
    sent = (await counter.sure(unit_id=here, regulator_due_on="2026-03-20", **regulated))["number"]
    await desk.sure("lead", sent, "accept")
    for number in (grave, sent):
        await proposed(world, desk, number)
        await desk.sure("branch", number, "approve_opinion", opinion="同意，予以签署")
        finish = {"opinion": "同意办结", "closing_info": "已退费"}
        assert slug(await desk.does("branch", number, "approve_reply", **finish)) == (403, "not-your-decision")
        assert "approve_reply" not in await offered(desk, "branch", number)
        assert await listed(desk, "supervisor", number)
        shown = (await desk.reads("outlet", f"/cases/{number}")).json()["awaiting"]
        assert shown["who"] == "总行审核人"
        assert (await desk.sure("supervisor", number, "approve_reply", **finish))["status"] == "reply_pending"


async def test_a_running_case_stays_with_the_people_of_its_chain(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await two_levels(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await proposed(world, desk, receipt.case_id)
    assert slug(await desk.does("branch", receipt.case_id, "approve_opinion", **YES)) == (409, "not-signed")
    await desk.sure("branch", receipt.case_id, "sign", **YES)
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", **YES)


async def test_a_second_complaint_is_decided_by_the_auditors_without_a_signature(world: World, desk: Desk) -> None:
    _, number = await closed(world)
    second = (await posts(desk, "agent", f"/cases/{number}/second", {"opinion": "不满意"})).json()["number"]
    await desk.sure("auditor", second, "receive")
    answer = await desk.sure("auditor", second, "propose", **PROPOSAL)
    assert answer["awaiting"]["move"] == "approve_opinion"


async def test_a_department_of_a_branch_signs_too_and_is_no_head_office(world: World, desk: Desk) -> None:
    async with world.database.transaction() as session:
        office = Organisation(
            code="1090", name="北京分行个人金融部", short_name="京个金部", level="department", aliases=[],
            parent_id=UUID(await unit(world, "北京分行")),
        )  # fmt: skip
        session.add(office)
        await session.flush()
        await changed(session, ORGANISATIONS)
    for login, role in (("clerk", "handler"), ("chief", "department_head"), ("checks", "auditor")):
        await hired(world, login, roles=[role], organisation_id=office.id)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=str(office.id), opinion="由分行部门核查")
    await desk.sure("clerk", receipt.case_id, "receive")
    answer = await desk.sure("clerk", receipt.case_id, "propose", **PROPOSAL)
    assert answer["awaiting"]["who"] == "京个金部部门负责人"
    await desk.sure("chief", receipt.case_id, "sign", **YES)
    assert slug(await desk.does("checks", receipt.case_id, "approve_opinion", **YES)) == (403, "not-your-decision")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", **YES)
    await desk.sure("supervisor", receipt.case_id, "approve_reply", **YES)
    told = await desk.does("clerk", receipt.case_id, "reply", **REPLY)
    assert slug(told) == (422, "remedies-incomplete")
