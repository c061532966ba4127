"""Severity, matter type and units change by signature, with a reason, and only from the version that was read."""

from datetime import date

from sqlalchemy import select

from casebackend.cases.model import CaseChange
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import last_day
from casebackend.notices.model import Notice
from casebackend.outbox.model import OutboxMessage
from tests.casebackend.cases.builders import REPLY, unit
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.casebackend.workers import worker
from tests.world import World


async def whole(world: World) -> None:
    async with world.database.transaction() as session:
        assert await check(session, now=world.time) == []


async def test_one_case_is_designated_by_hand_with_reason_and_signature(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    body = {"severity": "重大投诉", "reason": "张三丰称已联系媒体"}
    url = f"/cases/{number}/severity"
    assert (await counter.sends("lead", url, body)).status_code == 428
    assert (await counter.sends("lead", url, body, read='"7"')).status_code == 412
    assert (await counter.sends("agent", url, body, read='"1"')).status_code == 403
    done = await counter.sends("lead", url, body | {"designated_on": "2026-03-06"}, read='"1"')
    assert (done.status_code, done.headers["ETag"], done.json()["severity"]) == (200, '"2"', "重大投诉")
    assert done.json()["severity_reason"] == "人工指定：张**称已联系媒体"
    change = done.json()["changes"][0]
    assert (change["field"], change["before"], change["after"], change["actor_name"]) == (
        "severity", "一般投诉", "重大投诉", "李班长",
    )  # fmt: skip
    again = await counter.sends("lead", url, {"severity": "重大投诉", "reason": "重复"}, read='"2"')
    assert again.json()["type"].endswith("nothing-changed")
    async with world.database.transaction() as session:
        stored = (await session.scalars(select(CaseChange.reason))).one()
        told = await session.scalars(select(OutboxMessage.topic).where(OutboxMessage.topic == "case.major"))
        assert "张三丰" not in str(stored)
        assert len(told.all()) == 1
    await whole(world)


async def test_a_designated_day_runs_a_clock_of_its_own_beside_the_limit_of_law(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    url, body = f"/cases/{number}/severity", {"severity": "紧急投诉", "reason": "客户现场等候"}
    past = await counter.sends("lead", url, body | {"designated_on": "2026-03-01"}, read='"1"')
    assert (past.status_code, past.json()["type"]) == (422, "/problems/designated-passed")
    assert (await counter.sends("lead", url, body | {"designated_on": "2026-03-06"}, read='"1"')).status_code == 200
    moved = await counter.sends("lead", url, body | {"designated_on": "2026-03-10"}, read='"2"')
    assert moved.status_code == 200, moved.text
    async with world.database.transaction() as session:
        clocks = (await session.scalars(select(Timer).order_by(Timer.seq).where(Timer.kind == "designated"))).all()
        by_law = (await session.scalars(select(Timer).where(Timer.kind == "l1"))).one()
    assert [(clock.seq, clock.stop_reason) for clock in clocks] == [(1, "restarted"), (2, None)]
    assert clocks[1].derivation.startswith("指定答复日期 3月10日")
    assert (last_day(clocks[1].due_at), by_law.stopped_at) == (date(2026, 3, 10), None)
    assert clocks[1].next_at is not None
    world.time = clocks[1].due_at
    ticking = worker(world)
    for _ in range(2):
        await ticking.tick()
    async with world.database.transaction() as session:
        told = await session.scalars(select(Notice.template).where(Notice.kind.startswith("clock.")))
        assert {"staff_overdue", "staff_escalated"} <= set(told)
    await whole(world)


async def test_a_question_becomes_a_complaint_and_the_law_counts_from_its_receipt(world: World) -> None:
    counter = Counter(world)
    asked = await counter.sure(matter_type="enquiry", facts="信用卡年费为什么是两百元", demand="")
    number = asked["number"]
    before = await counter.case(number)
    world.wait(days=2)
    counter = Counter(world)
    to = {"matter_type": "complaint", "reason": "客户明确提出投诉"}
    lacking = await counter.changes("agent", number, "matter", **to)
    assert lacking.status_code == 422, lacking.text
    assert (lacking.status_code, lacking.json()["fields"]) == (422, ["demand"])
    done = await counter.changes("agent", number, "matter", **to, demand="退回年费，已联系记者")
    assert (done.status_code, done.json()["matter_type"]) == (200, "complaint")
    case = await counter.case(number)
    assert (case.conversation_id, case.demand, str(case.promised_on)) == (
        before.conversation_id,
        "退回年费，已联系记者",
        "2026-03-17",
    )
    async with world.database.transaction() as session:
        timers = {timer.kind: timer for timer in await session.scalars(select(Timer).where(Timer.case_id == case.id))}
    assert timers["l1"].started_at == case.received_at
    assert (case.severity, case.severity_reason) == ("重大投诉", "媒体或群体线索：“记者”")
    assert timers["matter.enquiry"].stopped_at is not None
    assert "2026-03-17" in (await counter.desk.reads("lead", f"/cases/{number}")).text
    await whole(world)


async def test_a_complaint_is_not_quietly_made_a_question(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    to = {"matter_type": "enquiry", "reason": "客户只是询问"}
    assert (await counter.changes("agent", number, "matter", **to)).json()["type"].endswith("may-not-lower")
    assert (await counter.changes("lead", number, "matter", **to)).status_code == 200
    assert (await counter.changes("lead", number, "matter", **to)).json()["type"].endswith("nothing-changed")
    await whole(world)
    other = (await counter.sure())["number"]
    await counter.desk.reply_pending(other)
    late = await counter.changes("lead", other, "matter", **to)
    assert late.json()["type"].endswith("matter-not-convertible")


async def test_units_have_three_roles_and_each_its_own_history(world: World) -> None:
    counter = Counter(world)
    outlet, haidian = await unit(world, "北京朝阳支行"), await unit(world, "北京海淀支行")
    number = (await counter.sure(unit_id=outlet))["number"]
    done = await counter.changes("lead", number, "units", unit_id=haidian, reason="客户记错了网点")
    assert (done.json()["unit_id"], done.json()["handling_unit_id"]) == (haidian, haidian)
    assert {change["field"] for change in done.json()["changes"]} == {"unit_id", "handling_unit_id"}
    same = await counter.changes("lead", number, "units", unit_id=haidian, reason="再改一次")
    assert same.json()["type"].endswith("nothing-changed")
    nowhere = await counter.changes("lead", number, "units", unit_id=CASELESS, reason="不存在的机构")
    assert nowhere.json()["type"].endswith("unknown-unit")
    to = await unit(world, "个人金融部")
    await counter.changes("lead", number, "units", responsible_unit_id=to, reason="产品归口部门")
    await whole(world)


CASELESS = "00000000-0000-0000-0000-000000000000"


async def test_dispatching_past_the_territorial_unit_takes_a_reason(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    outlet, elsewhere = await unit(world, "北京朝阳支行"), await unit(world, "个人金融部")
    number = (await counter.sure(unit_id=outlet))["number"]
    await desk.sure("lead", number, "accept")
    refused = await desk.does("agent", number, "dispatch", handling_unit_id=elsewhere)
    assert (refused.status_code, refused.json()["fields"]) == (422, ["opinion"])
    await desk.sure("agent", number, "dispatch", handling_unit_id=elsewhere, opinion="产品问题，由归口部门办理")
    other = (await counter.sure(unit_id=outlet))["number"]
    await desk.sure("lead", other, "accept")
    await desk.sure("agent", other, "dispatch", handling_unit_id=outlet)


async def test_nobody_is_accepted_for_somebody_else_without_the_papers(world: World) -> None:
    counter = Counter(world)
    agent = {"role": "agent", "name": "李受托", "phone": "13900139000", "relation": "女儿"}
    made = await counter.sure(capacity="agent", people=[CUSTOMER, agent])
    assert made["missing_documents"] == ["授权委托书（原件）", "受托人身份证件"]
    number = made["number"]
    refused = await counter.desk.does("lead", number, "accept")
    assert refused.json()["detail"] == "请补充：授权委托书（原件）、受托人身份证件"
    for paper in ({"kind": "authorisation"}, {"kind": "agent_id"}):
        assert (await counter.sends("agent", f"/cases/{number}/documents", paper)).status_code == 201
    copy = await counter.desk.does("lead", number, "accept")
    assert copy.json()["documents"] == ["授权委托书（原件）"]
    await counter.sends("agent", f"/cases/{number}/documents", {"kind": "authorisation", "original_seen": True})
    await counter.desk.sure("lead", number, "accept")
    await whole(world)


async def test_what_other_authorities_sent_is_accepted_at_head_office(world: World) -> None:
    counter = Counter(world)
    outlet = await unit(world, "北京朝阳支行")
    sent = await counter.sure(source="referred", referral_agency="某消费者组织", source_ref="转2026-1", unit_id=outlet)
    refused = await counter.desk.does("branch", sent["number"], "accept")
    assert refused.json()["type"].endswith("head-office-reviews")
    await counter.desk.sure("lead", sent["number"], "accept")
    direct = await counter.sure(unit_id=outlet)
    await counter.desk.sure("branch", direct["number"], "accept")


async def test_advice_is_answered_without_the_stamp_of_the_auditor(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    outlet = await unit(world, "个人金融部")
    made = await counter.sure(matter_type="suggestion", facts="建议增设老花镜", demand="", unit_id=outlet, people=[])
    number = made["number"]
    await desk.sure("lead", number, "accept")
    await desk.sure("agent", number, "dispatch", handling_unit_id=outlet)
    shown = await desk.sure("agent", number, "receive")
    offered = {move["move"] for move in shown["allowed"]}
    assert offered.isdisjoint({"propose", "ask_countersign", "suspend"})
    assert "propose_reply" in offered
    refused = await desk.does("agent", number, "propose", findings="属实", cause_c="其他", proposal="采纳")
    assert (refused.status_code, refused.json()["type"].endswith("not-open-to-matter")) == (409, True)
    replied = await desk.does("agent", number, "propose_reply", findings="可行", opinion="采纳建议")
    assert replied.status_code == 200, replied.text
    told = {"told_by": "phone", "told_at": world.time.isoformat(), "told_proof": "已电话告知"}
    assert (await desk.does("agent", number, "reply", **REPLY, **told)).status_code == 200
    await whole(world)


async def test_a_writer_without_a_name_is_found_later(world: World) -> None:
    counter = Counter(world)
    post = await counter.sure(source="monitored", source_url="https://example.org/p/2", people=[], demand="")
    assert (await counter.case(post["number"])).lane is None
    found = await counter.sends("agent", f"/cases/{post['number']}/people", CUSTOMER | {"tier": "private"})
    assert (found.status_code, found.json()["name_masked"]) == (201, "张**")
    case = await counter.case(post["number"])
    assert case.customer_id is not None
    assert case.lane_reason == "重点客户"
    twice = await counter.sends("agent", f"/cases/{post['number']}/people", CUSTOMER)
    assert twice.json()["type"].endswith("complainant-twice")
    await counter.desk.sure(
        "agent",
        post["number"],
        "withdraw",
        opinion="客户撤诉",
        requested_at=world.time.isoformat(),
        identity_check="回拨核实",
    )
    closed = await counter.sends("agent", f"/cases/{post['number']}/documents", {"kind": "other"})
    assert closed.json()["type"].endswith("case-is-closed")
    await whole(world)
