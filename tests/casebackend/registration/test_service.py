"""What colleagues take down becomes a case, with everything a case needs."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import timers_of
from casebackend.customers.model import Customer
from casebackend.notices.model import Notice
from casebackend.outbox.model import OutboxMessage
from casebackend.parties.model import BusinessObject, Party
from casebackend.parties.queries import persons_complained_of
from casebackend.staff.model import User
from tests.casebackend.cases.builders import unit
from tests.casebackend.registration.takers import CUSTOMER, STORY, Counter
from tests.casebackend.workers import worker
from tests.world import World


async def test_a_registered_case_has_number_clocks_history_and_place(world: World) -> None:
    counter = Counter(world)
    outlet = await unit(world, "北京朝阳支行")
    response = await counter.registers("outlet", unit_id=outlet, amount="200.00", occurred_on="2026-03-01")
    assert (response.status_code, response.headers["ETag"]) == (201, '"1"')
    assert response.headers["Location"] == "/api/v1/cases/TS20260302000001"
    answer = response.json()
    assert (answer["status"], answer["promised_on"], answer["missing_documents"]) == (
        "pending_review",
        "2026-03-17",
        [],
    )
    case = await counter.case(answer["number"])
    assert (case.channel, case.matter_type, case.source, case.version) == ("counter", "complaint", "direct", 1)
    assert (case.category_b, case.business_channel_a, case.classified_by_person) == ("信用卡", "营业现场", False)
    assert [str(case.receiving_unit_id), str(case.unit_id), str(case.handling_unit_id)] == [outlet] * 3
    for secret in ("13800138000", "张三丰"):
        assert secret not in case.facts + case.demand
    assert "[手机#1]" in case.facts
    async with world.database.transaction() as session:
        kinds = set(await session.scalars(select(Timer.kind).where(Timer.case_id == case.id)))
        assert "l1" in kinds
        party = (await session.scalars(select(Party))).one()
        assert (party.name_masked, party.caller_masked, party.added_by) == ("张**", party.caller_masked, "staff:outlet")
        assert CUSTOMER["id_number"] not in repr(vars(party))
        assert await check(session, now=world.time) == []
    read = await counter.desk.reads("lead", f"/cases/{case.number}/registration")
    shown = read.json()
    assert shown["people"][0]["phone_masked"] == "138****8000"
    assert "13800138000" not in read.text
    assert shown["severity_reason"] == "未命中升级规则"


async def test_nothing_that_the_bank_holds_is_asked_for_again(world: World) -> None:
    counter = Counter(world)
    await counter.sure()
    by_phone = await counter.registers(people=[{"role": "complainant", "phone": "138 0013 8000"}])
    assert by_phone.status_code == 201, by_phone.text
    by_paper = await counter.registers(people=[{"role": "complainant", "id_number": CUSTOMER["id_number"]}])
    assert by_paper.status_code == 201, by_paper.text
    stranger = await counter.registers(people=[{"role": "complainant", "phone": "13900139000"}])
    assert (stranger.status_code, stranger.json()["fields"]) == (422, ["name"])
    other = await counter.registers(people=[CUSTOMER | {"name": "李四光", "id_number": None}])
    assert other.status_code == 201
    async with world.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Customer)) == 2
        owners = (await session.scalars(select(Case.customer_id).order_by(Case.number))).all()
    assert owners[0] == owners[1] == owners[2] != owners[3]


SPEAKER = {"role": "representative", "name": "代表"}
NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"facts": "  "}, "not-filled-in"),
        ({"source": "referred"}, "not-filled-in"),
        ({"source": "regulator"}, "not-filled-in"),
        ({"source": "monitored", "source_url": None}, "not-filled-in"),
        ({"capacity": "agent"}, "not-filled-in"),
        ({"capacity": "organisation"}, "not-filled-in"),
        ({"matter_type": "praise"}, "not-filled-in"),
        ({"channel": "regulator"}, "channel-of-regulator"),
        ({"received_at": "2026-03-03T00:00:00Z"}, "not-yet-received"),
        ({"people": [CUSTOMER, CUSTOMER]}, "complainant-twice"),
        ({"people": [CUSTOMER | {"phone": "12345"}]}, "bad-value"),
        ({"people": [CUSTOMER | {"id_number": "110101199003070012"}]}, "bad-value"),
        ({"people": [CUSTOMER | {"unified_code": "911100001000000000"}]}, "bad-value"),
        ({"people": [CUSTOMER, *[SPEAKER] * 6], "group_size": 30}, "too-many-representatives"),
        ({"people": [CUSTOMER, *[SPEAKER] * 2], "group_size": 1}, "group-too-small"),
        ({"unit_id": NOWHERE}, "unknown-unit"),
        ({"cause_c": "没有这一类"}, "unknown-term"),
        ({"basic_right": "随便"}, "unknown-term"),
        ({"objects": [{"kind": "staff", "value": "某人", "user_id": NOWHERE}]}, "not-a-colleague"),
    ],
)  # fmt: skip
async def test_a_registration_that_cannot_stand_is_refused_and_leaves_nothing(
    world: World, fields: dict[str, Any], slug: str
) -> None:
    refused = await Counter(world).registers(**fields)
    assert refused.status_code == 422, refused.text
    assert refused.json()["type"].endswith(slug)
    assert "13800138000" not in refused.text
    async with world.database.transaction() as session:
        for table in (Case, Customer, Party):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_every_source_and_matter_has_its_own_way_in(world: World) -> None:
    counter = Counter(world)
    post = await counter.sure(
        source="monitored", channel="webchat", source_url="https://example.org/post/1", people=[], demand=""
    )
    assert (await counter.case(post["number"])).source_ref == "https://example.org/post/1"
    paper = {"source": "referred", "referral_agency": "某消费者组织", "source_ref": "转2026-1"}
    for wrong in (
        paper | {"received_at": "2026-03-01T10:00:00+08:00", "referral_due_on": "2026-02-28"},
        {"referral_due_on": "2026-03-12"},
    ):
        refused = await counter.registers(**wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/referral-day-wrong")
    passed_on = await counter.sure(**paper, received_at="2026-03-01T10:00:00+08:00", referral_due_on="2026-03-01")
    async with world.database.reading() as session:
        timers = await timers_of(session, UUID(passed_on["case_id"]))
    assert {each.kind: each.derivation for each in timers}["referral"].startswith("转办单要求 3月1日前反馈；")
    sent = await counter.sure(
        "supervisor", source="regulator", regulator_number="JG-2026-0001", regulator_due_on="2026-03-12"
    )
    case = await counter.case(sent["number"])
    assert (case.channel, case.severity, case.severity_reason) == ("regulator", "重大投诉", "监管下发")
    async with world.database.transaction() as session:
        kinds = set(await session.scalars(select(Timer.kind).where(Timer.case_id == case.id)))
    assert {"l1", "regulator"} <= kinds
    report = await counter.sure(matter_type="report", people=[], facts="有人收受好处", demand="")
    assert str(report["handling_unit_id"]) == await unit(world, "稽核部")
    outlet = await unit(world, "北京朝阳支行")
    praise = await counter.sure(matter_type="praise", people=[], facts="柜员很热心", demand="", unit_id=outlet)
    assert praise["handling_unit_id"] == outlet
    async with world.database.transaction() as session:
        told = (await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "case.praised"))).one()
        kinds = set(await session.scalars(select(Timer.kind).where(Timer.case_id == UUID(report["case_id"]))))
    assert told["unit_id"] == await unit(world, "工会工作委员会")
    assert "l1" not in kinds


async def test_twenty_people_make_it_major_and_head_office_is_told_at_once(world: World) -> None:
    counter = Counter(world)
    five = [{"role": "representative", "name": f"代表{n}"} for n in "甲乙丙丁戊"]
    many = await counter.sure(group_size=20, people=[CUSTOMER, *five])
    assert (many["severity"], many["severity_reason"]) == ("重大投诉", "群体投诉：20人")
    few = await counter.sure(group_size=19, people=[CUSTOMER, *five])
    assert few["severity"] == "一般投诉"
    async with world.database.transaction() as session:
        told = await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "case.major"))
        assert [payload["case_id"] for payload in told] == [many["case_id"]]
    sixth = await counter.sends(
        "agent", f"/cases/{many['number']}/people", {"role": "representative", "name": "代表己"}
    )
    assert sixth.json()["type"].endswith("too-many-representatives")


async def test_key_customers_and_key_problems_get_a_lane_and_the_law_its_days(world: World) -> None:
    counter = Counter(world)
    fraud = await counter.sure(facts="信用卡遭遇盗刷三千元")
    assert (fraud["lane"], fraud["lane_reason"]) == ("优先办理", "资金安全：“盗刷”")
    rich = await counter.sure(people=[CUSTOMER | {"tier": "private"}])
    assert rich["lane_reason"] == "重点客户"
    plain = await counter.sure()
    assert plain["lane"] is None
    assert fraud["promised_on"] == plain["promised_on"] == "2026-03-17"
    trail = (await counter.desk.reads("lead", f"/cases/{fraud['number']}/timeline")).json()
    assert trail["entries"][0]["detail"]["lane"] == "优先办理"


async def test_persons_complained_of_and_things_are_masked_and_checked(world: World) -> None:
    counter = Counter(world)
    named = [
        {"kind": "staff", "value": "8006"},
        {"kind": "card", "value": "6222 0212 3456 7890"},
        {"kind": "product", "value": "稳健理财一号"},
        {"kind": "outlet", "value": "北京朝阳支行"},
    ]
    made = await counter.sure(objects=named)
    async with world.database.transaction() as session:
        outlet = await session.scalar(select(User.id).where(User.login == "outlet"))
        case = (await session.scalars(select(Case.id))).one()
        assert list(await session.scalars(persons_complained_of(select(Case.id).where(Case.id == case)))) == [outlet]
        rows = {row.kind: row for row in await session.scalars(select(BusinessObject))}
    assert rows["card"].value_masked == "**** 7890"
    assert "6222" not in rows["card"].value_enc + rows["card"].value_index
    found = {kind: row.finding for kind, row in rows.items()}
    assert found == {"staff": "known", "outlet": "known", "card": "unchecked", "product": "unchecked"}
    later = await counter.sends(
        "agent", f"/cases/{made['number']}/objects", {"kind": "account", "value": "11002200330044"}
    )
    assert (later.status_code, later.json()["value_masked"]) == (201, "**** 0044")


async def test_the_same_key_registers_once(world: World) -> None:
    counter = Counter(world)
    first = await counter.sends("agent", "/cases/", STORY, key="k1")
    again = await counter.sends("agent", "/cases/", STORY, key="k1")
    assert first.json() == again.json()
    assert (again.headers["ETag"], again.headers["Location"]) == (first.headers["ETag"], first.headers["Location"])
    assert (await counter.sends("agent", "/cases/", STORY | {"demand": "另一诉求"}, key="k1")).status_code == 422
    refused = await (await counter.desk.browser("curator")).post("/api/v1/cases/", json=STORY)
    assert refused.status_code == 403


async def test_head_office_and_the_union_hear_of_it(world: World) -> None:
    counter = Counter(world)
    major = await counter.sure(group_size=25)
    outlet = await unit(world, "北京朝阳支行")
    await counter.sure(matter_type="praise", people=[], facts="柜员很热心", demand="", unit_id=outlet)
    await worker(world).tick()
    async with world.database.transaction() as session:
        rows = await session.execute(
            select(Notice.kind, User.login, Notice.values).outerjoin(User, User.id == Notice.user_id)
        )
        told = [(kind, login, values) for kind, login, values in rows]
    assert {login for kind, login, _ in told if kind == "case.major"} == {"supervisor", "executive"}
    values = next(values for kind, _, values in told if kind == "case.major")
    assert (values["number"], values["size"], values["reason"]) == (major["number"], 25, "群体投诉")
    # Nobody is there at the union: those who manage complaints hear it in its place.
    assert {login for kind, login, _ in told if kind == "case.praised"} == {"supervisor", "branch"}
