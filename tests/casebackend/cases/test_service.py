from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.access.principal import Kind as PrincipalKind
from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.audit.model import AuditEntry
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.cases.standing import OwnWork
from casebackend.check import check
from casebackend.clocks.queries import timers_of
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Channel
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, ask, case_of, filed, told, unit
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def test_a_case_goes_the_whole_way_and_everything_holds(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    answer = await desk.replied(receipt.case_id)
    assert (answer["status"], answer["status_label"], answer["handler"]) == ("replied", "已答复", "王受理")
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        assert case.replied_at == world.time
        entries = await of_case(session, case.id)
        assert [entry.move for entry in entries] == [
            "submit", "accept", "dispatch", "receive", "propose", "sign", "approve_opinion", "approve_reply", "reply",
        ]  # fmt: skip
        events = (await session.scalars(select(AuditEntry).where(AuditEntry.object == case.number))).all()
        assert len(events) == case.version == len(entries)
        assert all(timer.stopped_at for timer in await timers_of(session, case.id))
        assert await check(session, now=world.time) == []


async def test_the_customer_gets_the_reply_over_the_own_channel(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.replied(receipt.case_id)
    case = await case_of(world, receipt.case_id)
    async with world.database.transaction() as session:
        message = await session.scalar(
            select(Message).where(Message.conversation_id == case.conversation_id).order_by(Message.seq.desc()).limit(1)
        )
    assert message is not None
    assert message.author == "agent"
    assert message.delivery_id is not None
    assert all(part in message.text for part in [receipt.number, *REPLY.values()])


@pytest.mark.parametrize("part", sorted(REPLY))
async def test_a_reply_without_facts_basis_or_remedies_is_refused(world: World, desk: Desk, part: str) -> None:
    receipt = await filed(world)
    await desk.reply_pending(receipt.case_id)
    response = await desk.does("agent", receipt.case_id, "reply", **REPLY | {part: "  "})
    assert slug(response) == (422, "fields-missing")
    assert response.json()["fields"] == [part]
    assert (await case_of(world, receipt.case_id)).status == "reply_pending"


async def test_a_move_from_the_wrong_status_lists_what_is_allowed(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    response = await desk.does("agent", receipt.number, "reply", **REPLY)
    assert slug(response) == (409, "move-not-allowed")
    assert response.json()["allowed"] == ["accept", "return_to_draft", "decline", "withdraw", "merge", "edit", "void"]


async def test_a_role_that_may_not_is_refused_and_nothing_changes(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    assert slug(await desk.does("agent", receipt.case_id, "accept")) == (403, "move-forbidden")
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.version) == ("pending_review", 1)
    assert slug(await desk.does("curator", receipt.case_id, "accept")) == (403, "forbidden")


async def test_two_people_cannot_overwrite_each_other(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept", read='"1"')
    response = await desk.does(
        "lead", receipt.case_id, "decline", read='"1"', decline_reason="not_complainant", opinion="x"
    )
    assert slug(response) == (412, "version-passed")


async def test_nobody_reviews_what_he_registered_himself(world: World) -> None:
    receipt = await filed(world)
    registrar = Principal(PrincipalKind.SERVICE, "actions", frozenset({"reviewer"}))
    async with world.database.transaction() as session:
        with pytest.raises(OwnWork):
            await move_case(session, receipt.case_id, MoveCase(move=Move.ACCEPT), principal=registrar, now=world.time)


async def test_nobody_approves_what_he_handled_himself(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    case = await case_of(world, receipt.case_id)
    both = Principal(PrincipalKind.STAFF, "agent", frozenset({"handler", "auditor"}), user_id=case.handler_id)
    async with world.database.transaction() as session:
        command = MoveCase(move=Move.APPROVE_OPINION, opinion="同意")
        with pytest.raises(OwnWork):
            await move_case(session, receipt.case_id, command, principal=both, now=world.time)


async def test_a_late_reply_needs_a_reason(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.reply_pending(receipt.case_id)
    world.wait(days=16)
    late = Desk(world)
    assert (await late.does("agent", receipt.case_id, "reply", **REPLY)).json()["fields"] == ["overdue_reason"]
    answer = await late.sure("agent", receipt.case_id, "reply", **REPLY, overdue_reason="客户补充材料较晚")
    assert answer["overdue_reason"] == "客户补充材料较晚"


async def test_a_classification_must_be_in_the_dictionary(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    assert slug(await desk.does("lead", receipt.case_id, "accept", category_b="乱写")) == (422, "unknown-term")
    answer = await desk.sure("lead", receipt.case_id, "accept", category_b="贷款")
    assert (answer["category_b"], answer["classified_by_person"]) == ("贷款", True)


async def test_decline_needs_a_coded_reason_and_stops_the_clock(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    assert slug(await desk.does("lead", receipt.case_id, "decline")) == (422, "fields-missing")
    await desk.sure("lead", receipt.case_id, "decline", decline_reason="not_our_institution", opinion="非本行业务")
    async with world.database.reading() as session:
        assert all(timer.stop_reason == "ended" for timer in await timers_of(session, receipt.case_id))


async def test_an_edited_case_keeps_its_number_and_its_legal_clock(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    world.wait(days=1)
    desk = Desk(world)
    await desk.sure("supervisor", receipt.case_id, "edit", opinion="金额有误")
    answer = await desk.sure("agent", receipt.case_id, "submit", amount="300.00", facts="电话13911112222多扣300元")
    assert (answer["number"], answer["status"], answer["amount"]) == (receipt.number, "pending_review", "300.00")
    assert "13911112222" not in answer["facts"]
    assert answer["promised_on"] == receipt.promised_on.isoformat()
    async with world.database.transaction() as session:
        assert "13911112222" not in (await session.get_one(Case, receipt.case_id)).facts
        timers = [t for t in await timers_of(session, receipt.case_id) if t.kind == "l1"]
        assert [t.stopped_at for t in timers] == [None]
        assert await check(session, now=world.time) == []


async def test_an_external_appraisal_pauses_the_legal_clock(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("lead", receipt.case_id, "suspend", **await desk.appraisal(receipt.case_id))
    world.wait(days=10)
    answer = await Desk(world).sure("agent", receipt.case_id, "resume", opinion="鉴定完成")
    assert answer["promised_on"] == "2026-03-27"
    async with world.database.reading() as session:
        last = [t for t in await timers_of(session, receipt.case_id) if t.stopped_at is None]
        assert {"l1", "internal.investigate"} <= {timer.kind for timer in last}
        legal = next(timer for timer in last if timer.kind == "l1")
        assert "暂停 10日 = 3月27日" in legal.derivation
        assert await check(session, now=world.time) == []


async def test_work_sent_back_is_counted_and_its_step_runs_again(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    assert slug(await desk.does("supervisor", receipt.case_id, "return_for_rework")) == (422, "fields-missing")
    answer = await desk.sure("supervisor", receipt.case_id, "return_for_rework", opinion="证据不足")
    assert answer["rework_count"] == 1
    async with world.database.reading() as session:
        running = [(t.kind, t.seq) for t in await timers_of(session, receipt.case_id) if t.stopped_at is None]
        assert {("internal.investigate", 2), ("l1", 1)} <= set(running)


async def test_a_transfer_needs_another_unit_and_frees_the_handler(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    same, other = await unit(world, "个人金融部"), await unit(world, "客户服务中心")
    refused = await desk.does("agent", receipt.case_id, "transfer", handling_unit_id=same, opinion="改派")
    assert slug(refused) == (409, "same-unit")
    answer = await desk.sure("agent", receipt.case_id, "transfer", handling_unit_id=other, opinion="改派")
    assert (answer["status"], answer["handler"]) == ("dispatched", None)
    nowhere = "00000000-0000-4000-8000-000000000000"
    await desk.sure("agent", receipt.case_id, "receive")
    lost = await desk.does("agent", receipt.case_id, "transfer", handling_unit_id=nowhere, opinion="改派")
    assert slug(lost) == (404, "unit-not-found")


async def test_repeats_are_merged_into_an_open_case_of_the_same_customer(world: World, desk: Desk) -> None:
    master, repeat, stranger = await filed(world), await filed(world), await filed(world, sender="somebody-else")
    for wrong in (repeat.number, stranger.number, "TS20260302999999"):
        refused = await desk.does("agent", repeat.case_id, "merge", master_number=wrong, opinion="重复")
        assert slug(refused) == (409, "cannot-merge")
    answer = await desk.sure("agent", repeat.case_id, "merge", master_number=master.number, opinion="重复")
    assert (answer["status"], answer["master_number"]) == ("merged", master.number)
    back = await desk.does("agent", master.case_id, "merge", master_number=repeat.number, opinion="重复")
    assert slug(back) == (409, "cannot-merge")


async def test_voiding_takes_two_administrators(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    first, second = (Principal(PrincipalKind.STAFF, name, frozenset({"system_admin"})) for name in ("admin", "admin2"))
    command = MoveCase(move=Move.VOID, opinion="测试数据")
    for who, status in ((first, "pending_review"), (first, "pending_review"), (second, "voided")):
        async with world.database.transaction() as session:
            case = await move_case(session, receipt.case_id, command, principal=who, now=world.time)
            assert case.status == status
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_an_administrator_voids_without_reading_the_case(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    answer = await desk.sure("admin", receipt.number, "void", opinion="重复导入")
    assert set(answer) == {"number", "status", "status_label", "version"}
    assert (await desk.reads("admin", f"/cases/{receipt.number}")).status_code == 403


async def test_a_regulators_case_is_never_voided_and_needs_closing_info(world: World, desk: Desk) -> None:
    receipt = await filed(world, channel=Channel.REGULATOR)
    assert slug(await desk.does("admin", receipt.number, "void", opinion="x")) == (409, "not-for-regulator-cases")
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    refused = await desk.does("supervisor", receipt.case_id, "approve_reply", opinion="同意")
    assert refused.json()["fields"] == ["closing_info"]
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意", closing_info="已退费并取得谅解")


async def test_where_we_carry_no_messages_the_colleague_tells_the_customer(world: World, desk: Desk) -> None:
    receipt = await filed(world, channel=Channel.COUNTER)
    await desk.replied(receipt.case_id, **told(world))
    entries = (await desk.reads("agent", f"/cases/{receipt.number}/timeline")).json()["entries"]
    assert entries[-1]["detail"]["told"] == "by_staff"


async def test_a_closed_case_is_reopened_with_a_new_legal_clock(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.replied(receipt.case_id)
    async with world.database.transaction() as session:
        command = MoveCase(move=Move.CLOSE_WITHOUT_FOLLOWUP)
        await move_case(session, receipt.case_id, command, principal=SYSTEM, now=world.time)
    world.wait(days=5)
    async with world.database.transaction() as session:
        command = MoveCase(move=Move.REOPEN, opinion="核查决定重新处理")
        await move_case(session, receipt.case_id, command, principal=SYSTEM, now=world.time)
    answer = (await Desk(world).reads("agent", f"/cases/{receipt.number}")).json()
    assert (answer["status"], answer["promised_on"], answer["replied_at"]) == ("investigating", "2026-03-22", None)
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_an_unknown_question_leaves_no_trace(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await ask(world, (await case_of(world, receipt.case_id)).conversation_id, None)
    response = await desk.does("agent", receipt.number, "no_such_move")
    assert response.status_code == 422
    assert slug(await desk.does("lead", "TS19990101000001", "accept")) == (404, "case-not-found")


async def test_a_colleagues_case_is_not_ones_own(world: World, desk: Desk) -> None:
    """Out of the investigation only its present handler leads, or the head of the department."""
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await hired(world, "other", roles=["handler"], organisation_id=UUID(await unit(world, "个人金融部")))
    elsewhere = await unit(world, "客户服务中心")
    for move, fields in (
        ("propose", PROPOSAL),
        ("propose_reply", PROPOSAL | {"opinion": "情况清楚"}),
        ("ask_countersign", {"cosigners": [elsewhere], "opinion": "会签"}),
        ("transfer", {"handling_unit_id": elsewhere, "opinion": "改派"}),
        ("merge", {"master_number": receipt.number, "opinion": "重复"}),
    ):
        assert slug(await desk.does("other", receipt.case_id, move, **fields)) == (403, "not-in-charge")
    seen = (await desk.reads("other", f"/cases/{receipt.number}")).json()["allowed"]
    assert "propose" not in [move["move"] for move in seen]
    await desk.sure("lead", receipt.case_id, "transfer", handling_unit_id=elsewhere, opinion="部门改派")
    await desk.sure("other", receipt.case_id, "receive")
    await desk.sure("other", receipt.case_id, "propose", **PROPOSAL)
