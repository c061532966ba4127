"""What was typed wrongly is put right by one signed correction: person, source, sum, receipt and chain."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from casebackend.cases.model import Case, CaseChange
from casebackend.clocks.queries import running, timers_of
from casebackend.clocks.rules import last_day
from casebackend.customers.model import Customer
from casebackend.extensions.rules import Level, next_level
from casebackend.outbox.model import OutboxMessage
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import Desk, filed, told, unit
from tests.casebackend.cases.copies import copied
from tests.casebackend.extensions.test_routes import asks, decides
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.casebackend.registration.test_regulating import REGULATED, slug
from tests.casebackend.staff.logins import hired
from tests.world import World

WRONG = CUSTOMER | {"name": "张三峰", "phone": "13800138001"}
RIGHT = {"name": "张三丰", "phone": "13800138000", "reason": "柜员录入时打错，已与客户张三丰核对"}
PAPER = "110101199003072316"
MOVED = {"source": "referred", "referral_agency": "市12345热线", "source_ref": "12345-2026-8"}


async def kinds(world: World, case: Case) -> dict[str, str]:
    """What runs, by its last day."""
    async with world.database.reading() as session:
        return {each.kind: last_day(each.due_at).isoformat() for each in await running(session, case.id)}


async def test_name_phone_and_paper_are_put_right_and_both_values_stay_sealed_in_the_history(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(people=[WRONG]))["number"]
    before = await counter.case(number)
    url = f"/cases/{number}/correction"
    assert (await counter.sends("agent", url, RIGHT)).status_code == 428
    assert (await counter.sends("agent", url, RIGHT, read='"7"')).status_code == 412
    assert (await counter.sends("agent", url, RIGHT | {"reason": " "}, read='"1"')).status_code == 422
    assert (await counter.sends("agent", url, {"reason": "没有要改的"}, read='"1"')).status_code == 422
    done = await counter.sends("agent", url, RIGHT | {"id_number": PAPER}, read='"1"')
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"'), done.text
    person = done.json()["people"][0]
    assert (person["phone_masked"], person["id_number_masked"][-1]) == ("138****8000", PAPER[-1])
    changed = {each["field"]: (each["before"], each["after"]) for each in done.json()["changes"]}
    assert changed["complainant_phone"] == ("138****8001", "138****8000")
    assert changed["complainant_name"] == ("张**", "张**")
    assert (await counter.sends("agent", url, RIGHT, read='"1"')).status_code == 412
    again = await counter.sends("agent", url, RIGHT, read='"2"')
    assert slug(again) == (409, "nothing-changed")
    case = await counter.case(number)
    assert case.customer_id == before.customer_id
    async with world.database.transaction() as session:
        stored = " ".join(f"{row.before} {row.after} {row.reason}" for row in await session.scalars(select(CaseChange)))
    assert not any(each in stored for each in ("张三", "1380013", PAPER))
    lead = await counter.desk.browser("lead")
    for phone, found in (("13800138000", [number]), ("13800138001", [])):
        wanted = {"conditions": {"phone": [phone]}, "purpose": "identity"}
        page = (await lead.post("/api/v1/cases/search", json=wanted)).json()
        assert [each["number"] for each in page["items"]] == found
    said = (await counter.desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"][-1]
    assert (said["kind"], "联系电话：138****8001 → 138****8000" in said["opinion"]) == ("case.corrected", True)
    await holds(world)


async def test_what_is_not_a_phone_or_a_paper_is_refused_and_changes_nothing(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(people=[WRONG]))["number"]
    for wrong in ({"phone": "1380013"}, {"id_number": "110101199003070012"}, {"unified_code": "91110000000000000X"}):
        answer = await counter.changes("agent", number, "correction", **RIGHT | wrong)
        assert slug(answer) == (422, "bad-value"), answer.text
    assert (await counter.case(number)).version == 1
    post = (await counter.sure(source="monitored", source_url="https://example.org/p/2", people=[], demand=""))[
        "number"
    ]
    assert slug(await counter.changes("agent", post, "correction", **RIGHT)) == (409, "nobody-to-correct")


async def test_nobody_elses_complaint_gets_another_name(world: World) -> None:
    counter = Counter(world)
    mine = (await counter.sure(people=[WRONG]))["number"]
    theirs = (await counter.sure(people=[WRONG], facts="另一件事"))["number"]
    assert (await counter.case(mine)).customer_id == (await counter.case(theirs)).customer_id
    apart = await counter.changes("agent", mine, "correction", reason="登记成他人", name="李四", phone="13700137000")
    assert apart.status_code == 200, apart.text
    shown = (await counter.desk.reads("lead", f"/cases/{theirs}")).json()
    assert ((await counter.case(mine)).customer_id == (await counter.case(theirs)).customer_id) is False
    assert shown["customer_name"] == "张**"
    known = (await counter.sure(facts="第三件事"))["number"]
    done = await counter.changes("agent", mine, "correction", **RIGHT)
    assert done.status_code == 200, done.text
    held = {number: (await counter.case(number)).customer_id for number in (mine, theirs, known)}
    assert held[mine] == held[known] != held[theirs]
    lonely = await counter.changes("agent", theirs, "correction", reason="客户更正", name="王五", phone="13900139000")
    assert lonely.status_code == 200, lonely.text
    async with world.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Customer)) == 3
    await holds(world)


async def test_a_customer_whom_a_channel_verified_stays_who_he_is(world: World) -> None:
    desk, counter = Desk(world), Counter(world)
    number = (await filed(world)).number
    before = await counter.case(str(number))
    assert slug(await counter.changes("agent", str(number), "correction", **RIGHT)) == (403, "not-yours-to-correct")
    done = await counter.changes("lead", str(number), "correction", name="王小明", reason="客户来电更正姓名")
    assert done.status_code == 200, done.text
    late = {"received_at": (world.time - timedelta(days=3)).isoformat(), "reason": "补正"}
    assert slug(await counter.changes("lead", str(number), "correction", **late)) == (409, "receipt-is-recorded")
    assert (await counter.case(str(number))).customer_id == before.customer_id
    assert (await desk.reads("lead", f"/cases/{number}")).json()["customer_name"] == "王**"
    await holds(world)


async def test_of_a_verified_customer_every_open_complaint_changes_and_says_so(world: World) -> None:
    counter, receipt = Counter(world), await filed(world)
    twin = await copied(world, receipt.case_id)
    done = await counter.changes("lead", str(receipt.number), "correction", name="王小明", reason="客户来电更正姓名")
    assert done.status_code == 200, done.text
    other = await counter.case(twin)
    assert (await counter.case(str(receipt.number))).customer_id == other.customer_id
    async with world.database.reading() as session:
        assert [entry.kind for entry in await of_case(session, other.id)] == ["case.corrected"]


async def test_another_source_brings_all_that_it_asks_for_and_takes_its_former_clock_away(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    lacking = await counter.changes("agent", number, "correction", source="referred", reason="原为12345转来")
    assert (slug(lacking), lacking.json()["fields"]) == ((422, "not-filled-in"), ["referral_agency", "source_ref"])
    misplaced = await counter.changes("agent", number, "correction", regulator_number="GJ-1", reason="补编号")
    assert slug(misplaced) == (422, "not-of-this-source")
    early = MOVED | {"referral_due_on": "2026-02-20", "reason": "原为12345转来"}
    assert slug(await counter.changes("agent", number, "correction", **early)) == (422, "referral-day-wrong")
    done = await counter.changes("agent", number, "correction", **early | {"referral_due_on": "2026-03-10"})
    assert (done.status_code, done.json()["source"], done.json()["referral_due_on"]) == (200, "referred", "2026-03-10")
    assert (await kinds(world, await counter.case(number)))["referral"] == "2026-03-10"
    typo = await counter.changes("lead", number, "correction", source_ref="12345-2026-9", reason="编号打错")
    assert (typo.status_code, typo.json()["source_ref"]) == (200, "12345-2026-9")
    back = await counter.changes("lead", number, "correction", source="direct", reason="客户本人来办，非转办")
    assert (back.json()["referral_agency"], back.json()["referral_due_on"]) == (None, None)
    case = await counter.case(number)
    assert "referral" not in await kinds(world, case)
    kept = [(each["before"], each["after"]) for each in back.json()["changes"] if each["field"] == "source"]
    assert sorted(kept) == [("direct", "referred"), ("referred", "direct")]
    await holds(world)


async def test_what_is_the_regulators_is_put_right_by_head_office_and_runs_its_clock(world: World) -> None:
    counter = Counter(world)
    await counter.sure(**REGULATED)
    number = (await counter.sure(facts="另一件事"))["number"]
    paper = {"source": "regulator", "regulator_number": "GJ-1", "regulator_due_on": "2026-03-20", "reason": "监管下发"}
    assert slug(await counter.changes("agent", number, "correction", **paper)) == (409, "regulator-number-known")
    assert (await counter.case(number)).source == "direct"
    done = await counter.changes("agent", number, "correction", **paper | {"regulator_number": "GJ-2"})
    assert done.status_code == 200, done.text
    view = done.json()
    assert (view["regulator"], view["channel"]) == ("nfra", "regulator")
    assert (await kinds(world, await counter.case(number)))["regulator"] == "2026-03-20"
    back: dict[str, Any] = {"source": "direct", "reason": "并非监管下发"}
    assert slug(await counter.changes("supervisor", number, "correction", **back)) == (422, "channel-of-regulator")
    back["channel"] = "counter"
    assert slug(await counter.changes("lead", number, "correction", **back)) == (403, "head-office-corrects")
    branch = UUID(await unit(world, "北京分行"))
    await hired(world, "minister", roles=["complaint_manager"], organisation_id=branch)
    day = await counter.changes("supervisor", number, "correction", regulator_due_on="2026-03-25", reason="日期")
    assert slug(day) == (422, "not-of-this-source")
    done = await counter.changes("supervisor", number, "correction", **back)
    assert (done.status_code, done.json()["regulator_number"], done.json()["channel"]) == (200, None, "counter")
    assert "regulator" not in await kinds(world, await counter.case(number))
    await holds(world)


async def test_the_peoples_bank_has_a_limit_of_its_own_that_is_extended_like_the_other(world: World) -> None:
    counter = Counter(world)
    nowhere = await counter.registers(**REGULATED, regulator="moon")
    assert slug(nowhere) == (422, "unknown-regulator")
    assert slug(await counter.registers(regulator="pboc")) == (422, "unknown-regulator")
    number = (await counter.sure(**REGULATED, regulator="pboc"))["number"]
    case = await counter.case(number)
    assert (await kinds(world, case))["pboc.transfer"] == "2026-03-17"
    assert next_level("pboc.transfer") is Level.TO_30
    assert case.promised_on is not None
    assert case.promised_on.isoformat() == "2026-03-17"
    other = (await counter.sure(**REGULATED | {"regulator_number": "RH-2"}, regulator="pboc"))["number"]
    await counter.desk.investigating(other)
    office = UUID(await unit(world, "消费者权益保护部"))
    await hired(world, "second-manager", roles=["complaint_manager"], organisation_id=office)
    asked = await asks(counter.desk, "supervisor", other)
    assert asked.status_code == 201, asked.text
    longer = await decides(counter.desk, "second-manager", asked.json(), "approve")
    assert longer.status_code == 200, longer.text
    running_now = await kinds(world, await counter.case(other))
    assert (running_now["l2"], "pboc.transfer" in running_now) == ("2026-04-01", False)
    done = await counter.changes("supervisor", number, "correction", regulator="nfra", reason="来文机构录错")
    assert (done.status_code, done.json()["regulator"]) == (200, "nfra")
    case = await counter.case(number)
    assert {kind for kind in await kinds(world, case) if kind in ("l1", "pboc.transfer")} == {"l1"}
    async with world.database.reading() as session:
        stopped = [each for each in await timers_of(session, case.id) if each.kind == "pboc.transfer"]
    assert [each.stop_reason for each in stopped] == ["restarted"]
    await holds(world)


async def test_the_law_counts_from_the_day_it_really_came_in_and_only_head_office_puts_that_off(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(channel="letter"))["number"]
    was = (await counter.case(number)).received_at
    early, later = (was - timedelta(days=3)).isoformat(), (was - timedelta(days=1)).isoformat()
    done = await counter.changes("agent", number, "correction", received_at=early, reason="信封邮戳为2月27日")
    assert done.status_code == 200, done.text
    case = await counter.case(number)
    assert ((await kinds(world, case))["l1"], str(case.promised_on)) == ("2026-03-14", "2026-03-14")
    assert slug(await counter.changes("lead", number, "correction", received_at=later, reason="再核对")) == (
        403, "head-office-corrects",
    )  # fmt: skip
    done = await counter.changes("supervisor", number, "correction", received_at=later, reason="再核对收文登记簿")
    assert ((await kinds(world, await counter.case(number)))["l1"], done.status_code) == ("2026-03-16", 200)
    world.wait(minutes=9)
    for minutes, refusal in ((5, "received-too-late"), (99, "not-yet-received")):
        wrong = (was + timedelta(minutes=minutes)).isoformat()
        answer = await counter.changes("supervisor", number, "correction", received_at=wrong, reason="录错了")
        assert slug(answer) == (422, refusal)
    await holds(world)


async def test_an_extension_that_a_profile_has_narrowed_stays_narrowed_when_the_receipt_is_put_right(
    world: World,
) -> None:
    counter = Counter(world)
    row = {
        "code": "l2.two_level",
        "amount": "25",
        "effective_from": "2026-02-01",
        "source": "本行规定",
        "evidence": "D",
    }
    assert (await counter.sends("supervisor", "/limits", row)).status_code == 201
    number = (await counter.sure(channel="letter"))["number"]
    async with world.database.transaction() as session:
        (await session.scalars(select(Case).where(Case.number == number))).one().profile = "two_level"
    await counter.desk.investigating(number)
    asked = (await asks(counter.desk, "agent", number)).json()
    assert asked["new_due_on"] == "2026-03-27"
    assert (await decides(counter.desk, "supervisor", asked, "approve")).status_code == 200
    earlier = ((await counter.case(number)).received_at - timedelta(days=1)).isoformat()
    done = await counter.changes("supervisor", number, "correction", received_at=earlier, reason="信封邮戳为3月1日")
    assert done.status_code == 200, done.text
    case = await counter.case(number)
    assert ((await kinds(world, case))["l2"], str(case.promised_on)) == ("2026-03-26", "2026-03-26")


async def test_a_corrected_sum_is_graded_anew_and_a_wrong_one_can_be_taken_away(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(amount="200"))["number"]
    done = await counter.changes("agent", number, "correction", amount="1500000", reason="少录了四个零")
    assert (done.status_code, done.json()["severity"]) == (200, "重大投诉")
    async with world.database.transaction() as session:
        told_of = await session.scalars(select(OutboxMessage.topic).where(OutboxMessage.topic == "case.major"))
        assert len(told_of.all()) == 1
    done = await counter.changes("agent", number, "correction", amount=None, reason="不涉及金额")
    assert (done.json()["amount"], done.json()["severity"]) == (None, "一般投诉")
    await holds(world)


async def test_another_set_of_internal_limits_begins_when_the_step_began_and_is_set_by_a_lead(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    await counter.desk.sure("lead", number, "accept")
    began = world.time
    world.wait(minutes=9)
    wanted = {"profile": "two_level", "reason": "该行按总分行两级办理"}
    assert slug(await counter.changes("agent", number, "correction", **wanted)) == (403, "second-person-corrects")
    none = await counter.changes("lead", number, "correction", **wanted | {"profile": "none"})
    assert slug(none) == (422, "unknown-profile")
    done = await counter.changes("lead", number, "correction", **wanted)
    assert (done.status_code, done.json()["profile"]) == (200, "two_level")
    case = await counter.case(number)
    async with world.database.reading() as session:
        now_running = {each.kind: each.started_at for each in await running(session, case.id)}
    assert now_running["internal.branch_dispatch"] == began
    assert now_running["internal.total_two_level"] == began
    assert "internal.dispatch" not in now_running
    assert "internal.total" not in now_running
    here = await unit(world, "北京朝阳支行")
    await counter.desk.sure("lead", number, "dispatch", handling_unit_id=here, opinion="转办")
    await holds(world)


async def test_once_answered_only_the_person_is_put_right_and_nothing_once_closed(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    desk = counter.desk
    await desk.replied(number, **told(world))
    late = await counter.changes("lead", number, "correction", amount="300", reason="金额打错")
    assert slug(late) == (409, "answered-stays")
    done = await counter.changes("lead", number, "correction", phone="13900139000", reason="电话打错")
    assert done.status_code == 200, done.text
    other = (await counter.sure(facts="另一件事"))["number"]
    ended = {"decline_reason": "not_our_institution", "opinion": "非本行业务"}
    await desk.sure("supervisor", other, "decline", **ended, **told(world))
    assert slug(await counter.changes("lead", other, "correction", **RIGHT | {"name": "王五"})) == (
        409, "case-is-closed",
    )  # fmt: skip
    await holds(world)


async def test_it_is_put_right_on_the_page_of_the_case(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(people=[WRONG], amount="200"))["number"]
    lead = await counter.desk.browser("lead")
    page = f"/cases/{number}/registration"
    assert "更正登记信息" in (await lead.get(page)).text
    assert "更正登记信息" not in (await (await counter.desk.browser("executive")).get(page)).text
    form = {"version": "1", "reason": "与客户核对"}
    empty = await lead.post(f"{page}/correction", data=form)
    assert (empty.status_code, "请填写要更正的内容" in empty.text) == (400, True)
    unread = await lead.post(f"{page}/correction", data=form | {"received_at": "昨天"})
    assert (unread.status_code, "收到时间的格式不正确" in unread.text) == (400, True)
    sent = form | {"name": "张三丰", "amount": "2000", "received_at": "2026-02-28T09:00", **MOVED}
    done = await lead.post(f"{page}/correction", data=sent)
    assert (done.status_code, done.headers.get("Location")) == (303, f"/cases/{number}#registration"), done.text
    shown = (await lead.get(page)).text
    for words in (
        "来源：直接投诉 → 外部转办", "涉及金额：200.00 → 2000.00", "投诉人姓名：张** → 张**",
        "收到时间：2026-03-02 10:00 → 2026-02-28 09:00",
    ):  # fmt: skip
        assert words in shown, words
    gone = await lead.post(f"{page}/correction", data=form | {"version": "2", "no_amount": "1"})
    assert gone.status_code == 303
    assert "更正登记信息" in (await lead.get(f"/cases/{number}")).text
