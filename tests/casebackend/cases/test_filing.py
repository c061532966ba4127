import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from casebackend import failpoints
from casebackend.audit.model import AuditEntry
from casebackend.cases.filing import file
from casebackend.cases.model import Case
from casebackend.cases.rules import INITIAL
from casebackend.cases.submission import file_from_draft
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.drafts.model import Draft
from casebackend.outbox.model import OutboxMessage
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import ask, case_of, drafted, filed
from tests.world import World


async def how_many(world: World, table: type) -> int:
    async with world.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def test_a_filed_case_has_everything_a_case_needs(world: World) -> None:
    began = world.time
    conversation, message = await drafted(world)
    world.wait(minutes=20)
    receipt = (await world.act(f"/conversations/{conversation}/draft/file", message)).json()
    assert (receipt["number"], receipt["unit"]) == ("TS20260302000001", "北京朝阳支行")
    assert receipt["promised_on"] == "2026-03-17"
    case = await case_of(world, UUID(receipt["case_id"]))
    assert (case.status, case.kind, case.version, case.received_at) == ("pending_review", "first", 1, began)
    assert (case.category_b, case.severity, case.business_channel_a) == ("信用卡", "一般投诉", "营业现场")
    assert str(case.amount) == "200.00"
    assert "13800138000" not in case.facts + case.demand
    async with world.database.reading() as session:
        draft = await session.get_one(Draft, case.draft_id)
        assert (draft.state, draft.case_id) == ("filed", case.id)
        timer = await session.scalar(select(Timer).where(Timer.case_id == case.id, Timer.kind == "l1"))
        assert timer is not None
        assert (timer.kind, timer.started_at) == ("l1", began)
        assert timer.derivation == "收到 3月2日 + 15日 = 3月17日；最后一个工作日 3月16日提醒"
        assert await check(session, now=world.time) == []
    assert (await how_many(world, TimelineEntry), await how_many(world, OutboxMessage)) == (1, 1)


async def test_the_same_draft_filed_three_times_is_one_case(world: World) -> None:
    conversation, message = await drafted(world)
    path = f"/conversations/{conversation}/draft/file"
    first = await world.act(path, message, key="turn-1:file:1")
    again = await world.act(path, message, key="turn-1:file:1")
    other_turn = await world.act(path, message, key="turn-2:file:1")
    assert first.json() == again.json() == other_turn.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await how_many(world, Case) == 1


async def test_ten_at_once_file_one_case(world: World) -> None:
    conversation, message = await drafted(world)
    path = f"/conversations/{conversation}/draft/file"
    answers = await asyncio.gather(*(world.act(path, message, key=f"turn-{turn}:file:1") for turn in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert await how_many(world, Case) == 1


async def test_fifty_filings_at_once_never_share_a_number(world: World) -> None:
    conversation, _ = await drafted(world)

    async def one() -> str:
        async with world.database.transaction() as session:
            case = Case(
                id=uuid4(), status=INITIAL, kind="first", conversation_id=conversation, channel="webchat",
                facts="事情", demand="诉求", creator="test", received_at=world.time, business_channel_a="待分类",
                category_b="待分类", cause_c="待分类", severity="一般投诉",
            )  # fmt: skip
            await file(session, case, now=world.time)
            return case.number

    numbers = await asyncio.gather(*(one() for _ in range(50)))
    assert sorted(numbers) == [f"TS20260302{count:06d}" for count in range(1, 51)]


async def test_numbers_begin_anew_each_day_of_shanghai(world: World) -> None:
    assert (await filed(world, sender="a")).number == "TS20260302000001"
    world.wait(hours=13, minutes=59)
    assert (await filed(world, sender="b")).number == "TS20260302000002"
    world.wait(minutes=1)
    assert (await filed(world, sender="c")).number == "TS20260303000001"


async def test_nothing_is_left_of_a_filing_that_fails(world: World) -> None:
    conversation, message = await drafted(world)
    failpoints.arm("case.before_commit", "raise")
    try:
        response = await world.act(f"/conversations/{conversation}/draft/file", message)
    finally:
        failpoints.disarm()
    assert response.status_code == 500
    for table in (Case, Timer, TimelineEntry, OutboxMessage):
        assert await how_many(world, table) == 0
    assert (await world.act(f"/conversations/{conversation}/draft/file", message)).status_code == 201
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_an_answer_that_is_lost_after_the_commit_changes_nothing(world: World) -> None:
    conversation, message = await drafted(world)
    path = f"/conversations/{conversation}/draft/file"
    failpoints.arm("case.after_commit_before_reply", "raise")
    try:
        assert (await world.act(path, message, key="k")).status_code == 500
    finally:
        failpoints.disarm()
    retried = await world.act(path, message, key="k")
    assert (retried.status_code, retried.headers["Idempotent-Replayed"]) == (201, "true")
    assert await how_many(world, Case) == 1


async def test_an_incomplete_draft_is_no_case(world: World) -> None:
    receipt = await world.says("我要投诉，朝阳支行态度很差")
    await world.act(f"/conversations/{receipt.conversation_id}/draft/absorb", receipt.message_id)
    response = await world.act(f"/conversations/{receipt.conversation_id}/draft/file", receipt.message_id)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/draft-incomplete")
    assert await how_many(world, Case) == 0


async def test_without_a_draft_there_is_nothing_to_file(world: World) -> None:
    receipt = await world.says("你好")
    response = await world.act(f"/conversations/{receipt.conversation_id}/draft/file", receipt.message_id)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/nothing-to-file")


async def test_a_message_of_somebody_else_files_nothing(world: World) -> None:
    conversation, _ = await drafted(world)
    other = await world.says("你好", sender="customer-2")
    response = await world.act(f"/conversations/{conversation}/draft/file", other.message_id)
    assert response.status_code == 404


async def test_a_second_draft_of_the_same_customer_is_another_case(world: World) -> None:
    first = await filed(world)
    world.wait(days=1)
    second = await filed(world)
    assert first.case_id != second.case_id
    cases = [await case_of(world, each.case_id) for each in (first, second)]
    assert cases[0].customer_id == cases[1].customer_id


async def test_the_legal_clock_starts_with_the_first_message_not_with_the_confirmation(world: World) -> None:
    receipt = await world.says("我要投诉，朝阳支行柜台多扣了我年费200元")
    await world.act(f"/conversations/{receipt.conversation_id}/draft/absorb", receipt.message_id)
    world.wait(days=1)
    await ask(world, receipt.conversation_id, None)
    answer = await filed(world)
    assert answer.received_at == world.time - timedelta(days=1)
    assert answer.promised_on.isoformat() == "2026-03-17"


@pytest.mark.parametrize("who", ["channels", "actions"])
async def test_filing_is_for_the_dialogue_only(world: World, who: str) -> None:
    conversation, message = await drafted(world)
    path, body = f"/api/v1/conversations/{conversation}/draft/file", {"message_id": str(message)}
    async with world.client("bot") as bot:
        assert (await bot.post(path, json=body, headers={"Idempotency-Key": "k"})).status_code == 403
    client = world.channels if who == "channels" else world.actions
    assert (await client.post(path, json=body)).status_code == 400
    assert (await client.post(path, json=body, headers={"Idempotency-Key": "k"})).status_code == 201


async def test_the_audit_of_a_filing_holds_no_personal_data(world: World) -> None:
    receipt = await filed(world)
    async with world.database.transaction() as session:
        entries = (await session.scalars(select(AuditEntry).where(AuditEntry.object == receipt.number))).all()
        assert [entry.event for entry in entries] == ["case.filed"]
        assert "三丰" not in str(entries[0].detail)
        case = await file_from_draft(
            session, (await session.get_one(Case, receipt.case_id)).conversation_id, actor="x", now=world.time
        )
        assert case.id == receipt.case_id
