"""Who may make a move besides what the table says, and what a move may write."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from casebackend.access.guard import of_user
from casebackend.api.cases import MoveCase
from casebackend.api.registration import Register
from casebackend.cases.filing import SYSTEM
from casebackend.cases.numbering import RegulatorNumberKnown
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.check import check
from casebackend.clocks.queries import timers_of
from casebackend.registration.service import register
from casebackend.staff.model import User
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit
from tests.casebackend.cases.copies import copied
from tests.casebackend.families.builders import closed, posts
from tests.casebackend.registration.takers import STORY, Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

OTHER_JUDGEMENT = {
    "findings": "客户记错", "validity": "invalid", "responsible": "not_responsible", "proposal": "不予退费",
    "judgement_basis": "无", "cause_c": "因服务态度及服务质量引起的投诉", "decline_reason": "not_a_complaint",
    "closing_info": "改写", "no_recording_reason": "改写",
}  # fmt: skip
JUDGED = ("findings", "validity", "responsible", "proposal", "judgement_basis", "cause_c", "decline_reason")
REGULATED: dict[str, Any] = {
    "source": "regulator", "channel": "regulator", "regulator_number": "GJ-1", "regulator_due_on": "2026-03-20",
}  # fmt: skip


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def test_a_merge_that_is_taken_back_leads_to_the_review_and_never_past_it(world: World) -> None:
    desk = Desk(world)
    master, repeat = await filed(world), await filed(world)
    await desk.sure("agent", repeat.case_id, "merge", master_number=master.number, opinion="同一事")
    answer = await desk.sure("agent", repeat.case_id, "unmerge", opinion="弄错")
    assert answer["status"] == "pending_review"
    async with world.database.reading() as session:
        running = {timer.kind for timer in await timers_of(session, repeat.case_id) if timer.stopped_at is None}
        assert {"l1", "receive.review"} <= running
        assert "internal.dispatch" not in running
    await desk.investigating(repeat.case_id)
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_what_was_approved_is_not_rewritten_by_a_later_move(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.reply_pending(receipt.case_id)
    before = await case_of(world, receipt.case_id)
    await desk.sure("agent", receipt.case_id, "reply", **REPLY, **OTHER_JUDGEMENT)
    async with world.database.transaction() as session:
        await move_case(session, receipt.case_id, MoveCase(move=Move.PLAN_FOLLOWUP), principal=SYSTEM, now=world.time)
    told = {"told_at": "2026-01-01T00:00:00+08:00", "told_by": "phone", "told_proof": "x"}
    await desk.sure("agent", receipt.case_id, "close", satisfaction="satisfied", **told, **OTHER_JUDGEMENT)
    after = await case_of(world, receipt.case_id)
    assert [getattr(after, name) for name in JUDGED] == [getattr(before, name) for name in JUDGED]
    assert (after.told_by, after.told_at, after.closing_info) == ("channel", world.time, None)
    assert after.satisfaction == "satisfied"


async def test_a_reviewer_does_not_write_the_opinion_that_he_reviews(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    for move in ("approve_opinion", "approve_reply"):
        own = OTHER_JUDGEMENT | {"cause_c": PROPOSAL["cause_c"], "opinion": "同意"}
        answer = await desk.sure("supervisor", receipt.case_id, move, **own)
        assert {name: answer[name] for name in PROPOSAL} == PROPOSAL
    assert answer["closing_info"] == "改写"


async def test_being_complained_of_does_not_make_a_unit_the_one_that_handles(world: World) -> None:
    """A second complaint is with the auditors: the outlet it is about may read it, and nothing else."""
    first, number = await closed(world)
    desk = Desk(world)
    opened = await posts(desk, "agent", f"/cases/{number}/second", opinion="不满意")
    second = opened.json()["number"]
    assert slug(await desk.does("outlet", second, "receive")) == (403, "only-asked")
    seen = (await desk.reads("outlet", f"/cases/{second}")).json()["allowed"]
    assert "receive" not in [each["move"] for each in seen]
    await desk.sure("auditor", second, "receive")
    assert first != UUID(opened.json()["case_id"])


async def test_the_head_of_a_branch_leads_no_case_of_another_department(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    elsewhere = await unit(world, "北京分行")
    opinion = {"opinion": "按规定办理"}
    for move, fields in (
        ("suspend", await desk.appraisal(receipt.case_id)),
        ("propose", PROPOSAL),
        ("propose_reply", PROPOSAL | opinion),
        ("transfer", {"handling_unit_id": elsewhere, **opinion}),
        ("report_up", opinion),
    ):
        assert slug(await desk.does("branch", receipt.case_id, move, **fields)) == (403, "only-asked")
    seen = (await desk.reads("branch", f"/cases/{receipt.number}")).json()["allowed"]
    assert {"propose", "suspend", "transfer"}.isdisjoint(each["move"] for each in seen)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意办结")
    assert slug(await desk.does("outlet", receipt.case_id, "reply", **REPLY)) == (403, "only-asked")


async def test_the_unit_above_the_handling_one_leads_its_case(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"))
    await hired(world, "near", roles=["handler"], organisation_id=UUID(await unit(world, "北京分行")))
    await desk.sure("near", receipt.case_id, "receive")
    await desk.sure("branch", receipt.case_id, "propose", **PROPOSAL)


async def test_whoever_judged_approves_nothing_of_it_whoever_has_the_case_now(world: World) -> None:
    desk = Desk(world)
    office = UUID(await unit(world, "稽核部"))
    other = await hired(world, "ji2", staff_no="8201", roles=["handler"], organisation_id=office)
    await hired(world, "ji3", staff_no="8202", roles=["department_head"], organisation_id=office)
    await hired(world, "both", staff_no="8203", roles=["department_head", "auditor"], organisation_id=office)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=str(office), opinion="由稽核部核查")
    await desk.sure("auditor", receipt.case_id, "receive")
    await desk.sure("both", receipt.case_id, "propose", **PROPOSAL)
    assert slug(await desk.does("both", receipt.case_id, "approve_opinion", opinion="同意")) == (403, "own-work")
    await desk.browser("ji2")
    read = (await world.tester.get(f"/api/v1/cases/{receipt.number}")).headers["ETag"]
    given = await (await desk.browser("ji3")).post(
        f"/api/v1/cases/{receipt.number}/assignment",
        json={"user_id": str(other.id), "reason": "情况变化，按规定调整"},
        headers={"If-Match": read},
    )
    assert given.status_code == 200, given.text
    assert slug(await desk.does("auditor", receipt.case_id, "approve_opinion", opinion="同意")) == (403, "own-work")
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")


async def test_whoever_submits_a_corrected_draft_does_not_accept_it(world: World) -> None:
    desk = Desk(world)
    roles = ["intake", "reviewer"]
    await hired(world, "cf", staff_no="8204", roles=roles, organisation_id=UUID(await unit(world, "客户服务中心")))
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "return_to_draft", opinion="补充事实")
    await desk.sure("cf", receipt.case_id, "submit", facts="新的事实", demand="退费")
    assert slug(await desk.does("cf", receipt.case_id, "accept")) == (403, "own-work")
    await desk.sure("lead", receipt.case_id, "accept")


async def test_a_regulators_case_is_ended_by_head_office_with_closing_information(world: World) -> None:
    counter = Counter(world)
    desk, here = counter.desk, await unit(world, "北京朝阳支行")
    asked = {"requested_at": world.time.isoformat(), "identity_check": "回拨"}
    closing = {"closing_info": "已告知监管部门"}
    declined = {"decline_reason": "not_our_institution", "opinion": "非本行业务"}
    number = (await counter.sure(unit_id=here, **REGULATED))["number"]
    twin = (await counter.sure(unit_id=here, **REGULATED | {"regulator_number": "GJ-2"}))["number"]
    assert slug(await desk.does("branch", number, "decline", **declined, **closing)) == (403, "head-office-reviews")
    assert slug(await desk.does("outlet", number, "withdraw", **asked, **closing)) == (403, "head-office-reviews")
    merged = {"master_number": twin, "opinion": "同一件事"}
    assert slug(await desk.does("branch", number, "merge", **merged, **closing)) == (403, "head-office-reviews")
    told = {"told_by": "phone", "told_at": world.time.isoformat(), "told_proof": "通话录音"}
    for move, login, fields in (("withdraw", "agent", asked), ("merge", "agent", merged), ("decline", "lead", {})):
        given = declined | told if move == "decline" else fields
        who = "supervisor" if move == "decline" else login
        refused = await desk.does(who, number, move, **given)
        assert (slug(refused), refused.json()["fields"]) == ((422, "fields-missing"), ["closing_info"])
    answer = await desk.sure("agent", number, "withdraw", **asked, **closing)
    assert (answer["status"], answer["closing_info"]) == ("withdrawn", "已告知监管部门")


async def test_a_regulators_case_goes_back_for_correction_by_head_office_only(world: World) -> None:
    counter = Counter(world)
    desk, branch = counter.desk, UUID(await unit(world, "北京分行"))
    await hired(world, "approves", roles=["approver"], organisation_id=branch)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行"), **REGULATED))["number"]
    assert slug(await desk.does("approves", number, "edit", opinion="登记有误")) == (403, "head-office-reviews")
    await desk.sure("admin", number, "edit", opinion="登记有误")


async def test_a_regulators_number_makes_a_case_the_regulators_and_stands_once(world: World) -> None:
    counter = Counter(world)
    here = await unit(world, "北京朝阳支行")
    given = {"regulator_number": "GJ-2", "regulator_due_on": "2026-03-20"}
    number = (await counter.sure(unit_id=here, **given))["number"]
    assert slug(await counter.desk.does("branch", number, "accept")) == (403, "head-office-reviews")
    assert slug(await counter.desk.does("admin", number, "void", opinion="x")) == (409, "not-for-regulator-cases")
    assert slug(await counter.registers(unit_id=here, **given)) == (409, "regulator-number-known")


async def test_two_who_register_one_number_of_the_regulator_at_the_same_time_make_one_case(world: World) -> None:
    """Around midnight the numbers of two days are counted apart, so that nobody waits for the other."""
    counter, here = Counter(world), await unit(world, "北京朝阳支行")
    command = Register.model_validate(STORY | {"unit_id": here} | REGULATED)
    async with world.database.reading() as session:
        by = of_user((await session.scalars(select(User).where(User.login == "agent"))).one())
    first_has_written = asyncio.Event()
    outcome: list[object] = []

    async def registers(now: datetime, *, first: bool) -> None:
        try:
            async with world.database.transaction() as session:
                case = await register(session, command, by=by, now=now)
                if first:
                    first_has_written.set()
                    await asyncio.sleep(0.3)
                outcome.append(case.number)
        except RegulatorNumberKnown as refusal:
            outcome.append(refusal.extensions["number"])

    async def comes_second() -> None:
        await first_has_written.wait()
        await registers(world.time + timedelta(days=1), first=False)

    await asyncio.gather(registers(world.time, first=True), comes_second())
    assert len(outcome) == 2
    assert len(set(outcome)) == 1
    spaced = {"regulator_number": " GJ-1 ", "regulator_due_on": "2026-03-20"}
    assert slug(await counter.registers(unit_id=here, **spaced)) == (409, "regulator-number-known")
    with pytest.raises(IntegrityError):
        await copied(world, (await counter.case(str(outcome[0]))).id)


@pytest.mark.parametrize("move", ["edit", "withdraw", "merge"])
async def test_an_answered_case_is_neither_corrected_nor_taken_back(world: World, move: str) -> None:
    desk = Desk(world)
    asked = {"requested_at": world.time.isoformat(), "identity_check": "回拨"}
    receipt, other = await filed(world), await filed(world)
    world.wait(days=1)
    await Desk(world).replied(receipt.case_id)
    fields = {"edit": {}, "withdraw": asked, "merge": {"master_number": other.number}}[move]
    login = {"edit": "supervisor"}.get(move, "agent")
    desk = Desk(world)
    refused = await desk.does(login, receipt.case_id, move, opinion="改", **fields)
    assert slug(refused) == (409, "move-not-allowed")


async def test_nobody_opens_a_closed_case_again_on_a_sentence(world: World) -> None:
    case_id, _ = await closed(world)
    refused = await Desk(world).does("supervisor", case_id, "reopen", opinion="发现新的事实")
    assert slug(refused) == (403, "move-forbidden")


async def test_what_is_sent_to_an_appraisal_names_nobody_in_the_history(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    papers = await desk.appraisal(receipt.case_id) | {"appraisal": "张三丰 13800138000 的笔迹"}
    await desk.sure("lead", receipt.case_id, "suspend", **papers)
    async with world.database.reading() as session:
        last = (await of_case(session, receipt.case_id))[-1]
        assert "13800138000" not in f"{last.detail}{last.opinion}"
        assert "appraisal" not in last.detail
    shown = (await desk.reads("agent", f"/cases/{receipt.number}/timeline")).json()["entries"][-1]
    assert "外部鉴定、检测或评估：" in shown["opinion"]
    assert "13800138000" not in shown["opinion"]
    assert "送鉴定" in shown["opinion"]
