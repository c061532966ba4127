"""The regulator's case: head office takes it in, and moves the regulator's day by the regulator's paper only."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from casebackend.cases.model import CaseChange
from casebackend.clocks.queries import timers_of
from casebackend.clocks.rules import last_day
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import told, unit
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

REGULATED: dict[str, Any] = {
    "source": "regulator", "channel": "regulator", "regulator_number": "GJ-1", "regulator_due_on": "2026-03-20",
}  # fmt: skip
PAPER = {"due_on": "2026-03-27", "document": "监管来文〔2026〕17号", "reason": "同意延期，联系人张三丰"}


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def test_a_regulators_case_taken_down_by_the_shift_leader_is_accepted_by_another_reviewer(world: World) -> None:
    counter = Counter(world)
    case = await counter.sure("lead", unit_id=await unit(world, "北京朝阳支行"), **REGULATED)
    number = case["number"]
    assert slug(await counter.desk.does("lead", number, "accept")) == (403, "own-work")
    assert slug(await counter.desk.does("branch", number, "accept")) == (403, "head-office-reviews")
    shown = (await counter.desk.reads("lead", f"/cases/{number}")).json()["awaiting"]
    assert (shown["label"], shown["who"]) == ("受理", "总行复核人")
    answer = await counter.desk.sure("supervisor", number, "accept")
    assert answer["status"] == "accepted"


async def test_the_regulators_day_moves_by_its_paper_and_with_it_the_clock(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(**REGULATED))["number"]
    ordinary = (await counter.sure(facts="另一件事"))["number"]
    branch = UUID(await unit(world, "北京分行"))
    await hired(world, "minister", roles=["complaint_manager"], organisation_id=branch)
    assert slug(await counter.changes("lead", number, "regulator-date", **PAPER)) == (403, "forbidden")
    here = {"unit_id": str(branch)}
    near = (await counter.sure(**REGULATED | {"regulator_number": "GJ-9"} | here))["number"]
    assert slug(await counter.changes("minister", near, "regulator-date", **PAPER)) == (403, "head-office-writes-it")
    assert slug(await counter.changes("supervisor", ordinary, "regulator-date", **PAPER)) == (409, "not-the-regulators")
    for wrong, refusal in (({"due_on": "2026-02-27"}, "regulator-date-passed"), ({"document": " "}, "invalid")):
        answer = await counter.changes("supervisor", number, "regulator-date", **PAPER | wrong)
        assert answer.status_code == 422, (refusal, answer.text)
    answer = await counter.changes("supervisor", number, "regulator-date", **PAPER)
    assert (answer.status_code, answer.headers["ETag"], answer.json()["regulator_due_on"]) == (200, '"2"', "2026-03-27")
    assert slug(await counter.changes("supervisor", number, "regulator-date", **PAPER)) == (409, "nothing-changed")
    case = await counter.case(number)
    async with world.database.reading() as session:
        clocks = [timer for timer in await timers_of(session, case.id) if timer.kind == "regulator"]
        signed = (await session.scalars(select(CaseChange).where(CaseChange.case_id == case.id))).one()
    assert [last_day(clock.due_at).isoformat() for clock in clocks] == ["2026-03-20", "2026-03-27"]
    assert [clock.stopped_at is None for clock in clocks] == [False, True]
    assert (signed.field, signed.before, signed.after) == ("regulator_due_on", "2026-03-20", "2026-03-27")
    assert "监管来文〔2026〕17号" in str(signed.reason)
    assert "张三丰" not in str(signed.reason)
    sent = {"source": "petition", "referral_agency": "某信访部门", "source_ref": "信2026-1", "facts": "第三件事"}
    number = (await counter.sure(**sent, referral_due_on="2026-03-10"))["number"]
    manager = await counter.desk.browser("supervisor")
    assert "变更转办单要求反馈日期" in (await manager.get(f"/cases/{number}/registration")).text
    answer = await counter.changes("supervisor", number, "regulator-date", **PAPER)
    assert (answer.json()["referral_due_on"], answer.json()["regulator_due_on"]) == ("2026-03-27", None)
    case = await counter.case(number)
    async with world.database.reading() as session:
        clocks = [timer for timer in await timers_of(session, case.id) if timer.kind == "referral"]
    assert [last_day(clock.due_at).isoformat() for clock in clocks] == ["2026-03-10", "2026-03-27"]
    assert [clock.stopped_at is None for clock in clocks] == [False, True]
    await holds(world)


async def test_an_answered_case_of_the_regulator_keeps_its_day(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(**REGULATED))["number"]
    ended = {"decline_reason": "not_our_institution", "opinion": "非本行业务", "closing_info": "已报监管"}
    await counter.desk.sure("supervisor", number, "decline", **ended, **told(world))
    assert slug(await counter.changes("supervisor", number, "regulator-date", **PAPER)) == (409, "case-is-closed")


async def test_the_regulators_day_is_moved_on_the_page_of_its_case(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(**REGULATED))["number"]
    ordinary = (await counter.sure(facts="另一件事"))["number"]
    manager = await counter.desk.browser("supervisor")
    page = f"/cases/{number}/registration"
    assert "变更监管期限" in (await manager.get(page)).text
    assert "变更监管期限" not in (await manager.get(f"/cases/{ordinary}/registration")).text
    assert "变更监管期限" not in (await (await counter.desk.browser("lead")).get(page)).text
    done = await manager.post(f"{page}/regulator", data=PAPER | {"version": "1"})
    assert (done.status_code, done.headers["Location"]) == (303, f"/cases/{number}#registration")
    assert (await manager.post(f"{page}/regulator", data=PAPER | {"version": "1"})).status_code == 409
    shown = (await manager.get(page)).text
    assert all(words in shown for words in ("监管期限：2026-03-20 → 2026-03-27", "监管来文〔2026〕17号", "赵主管"))
