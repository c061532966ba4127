from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.audit import verifying as audit
from casebackend.check import check
from casebackend.clocks import pausing, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import SUPERVISION, Due, StopReason, Term, Unit, last_day
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, unit
from tests.casebackend.registration.takers import Counter
from tests.casebackend.workers import worker
from tests.world import World

NOTICE = """# 国务院办公厅通知（假设）
2027-01-01 休
2027-01-02 休
2027-01-03 休

2027-02-06 班
"""


async def sends(desk: Desk, login: str, method: str, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    browser = await desk.browser(login)
    return await browser.request(
        method, f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex} | headers
    )


async def shown(desk: Desk, login: str, path: str) -> str:
    answer = await (await desk.browser(login)).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_notice_is_shown_first_then_imported_once_and_open_clocks_follow(world: World) -> None:
    world.time = datetime(2026, 12, 29, 2, tzinfo=UTC)
    desk = Desk(world)
    async with world.database.transaction() as session:
        case = uuid4()
        for kind in ("internal.investigate", "l1", "receive.node"):
            await service.start(session, case, kind, at=world.time)
        await service.stop(session, case, at=world.time, kinds=["internal.investigate"], reason=StopReason.SUSPENDED)
        await pausing.resume(session, case, at=world.time)
    text = await shown(desk, "supervisor", "/limits?year=2027")
    assert "工作日历只到 2026-12-31，还有 2 天到期" in text
    assert "2027年没有数据" in text

    body: dict[str, Any] = {"text": NOTICE, "source": "国办发明电〔2026〕假设"}
    first = (await sends(desk, "supervisor", "POST", "/calendar/notices", body)).json()
    assert (first["year"], first["confirmed"], len(first["changes"]), first["recomputed"]) == (2027, False, 365, 0)
    second = (await sends(desk, "supervisor", "POST", "/calendar/notices", body | {"confirm": True})).json()
    assert second["recomputed"] == 2, "the limit of law and the resumed step crossed the year"
    again = (await sends(desk, "supervisor", "POST", "/calendar/notices", body | {"confirm": True})).json()
    assert (again["changes"], again["recomputed"]) == ([], 0)
    async with world.database.transaction() as session:
        step = await session.scalar(select(Timer).where(Timer.kind == "internal.investigate", Timer.seq == 2))
        assert step is not None
        assert (last_day(step.due_at), step.provisional) == (date(2027, 1, 4), False)
        assert await audit.verify(session, session.info["audit_key"]) == []
    text = await shown(desk, "supervisor", "/limits?year=2027")
    assert "工作日历只到" not in text
    assert 'class="swap"' in text
    for wrong in (
        "2027-01-01 假",
        "2027-13-01 休",
        "2027-01-01 休\n2028-01-01 休",
        "2027-01-01 休\n2027-01-01 班",
        "# 空",
    ):
        refused = await sends(desk, "supervisor", "POST", "/calendar/notices", body | {"text": wrong})
        assert refused.status_code == 422, wrong


async def test_an_amended_notice_for_a_known_year_moves_what_runs_but_no_demand_from_above(world: World) -> None:
    desk = Desk(world)
    async with world.database.transaction() as session:
        case, near = uuid4(), world.time + timedelta(hours=20)
        await service.start(session, case, "internal.investigate", at=world.time)
        due = Due(near, world.time + timedelta(hours=30), "督办", provisional=False)
        term = Term("督办回复", Decimal(1), Unit.CALENDAR_DAYS)
        await service.start(session, case, SUPERVISION, at=world.time, term=term, due=due)
    known = (await desk.reads("lead", "/calendar/2026")).json()["days"]
    named = {date.fromisoformat(each["day"]): each["is_workday"] for each in known}
    lines = [f"{day} {'班' if works else '休'}" for day, works in named.items() if works != (day.weekday() < 5)]
    body = {"text": "\n".join(sorted([*lines, "2026-03-04 休"])), "source": "补充通知（假设）", "confirm": True}
    answer = (await sends(desk, "supervisor", "POST", "/calendar/notices", body)).json()
    assert ([each["day"] for each in answer["changes"]], answer["recomputed"]) == (["2026-03-04"], 1)
    async with world.database.transaction() as session:
        step = await session.scalar(select(Timer).where(Timer.kind == "internal.investigate"))
        demand = await session.scalar(select(Timer).where(Timer.kind == SUPERVISION))
        assert step is not None
        assert demand is not None
        assert last_day(step.due_at) == date(2026, 3, 6)
        assert (demand.derivation, demand.due_at) == ("督办", world.time + timedelta(hours=30))
    path, edit = "/calendar/days/2026-03-03", {"is_workday": False, "note": "停电", "source": "行内通知（假设）"}
    assert (await sends(desk, "admin", "PUT", path, edit, **{"If-Match": "*"})).status_code == 200
    async with world.database.transaction() as session:
        demand = await session.scalar(select(Timer).where(Timer.kind == SUPERVISION))
        assert demand is not None
        assert (demand.derivation, demand.near_at) == ("督办", near)


async def test_a_day_is_edited_by_whoever_read_it_and_running_clocks_follow(world: World) -> None:
    desk = Desk(world)
    async with world.database.transaction() as session:
        await service.start(session, uuid4(), "internal.investigate", at=world.time)
    path, body = "/calendar/days/2026-03-03", {"is_workday": False, "note": "停电", "source": "行内通知（假设）"}
    read = (await desk.reads("admin", path)).headers["ETag"]
    assert (await sends(desk, "admin", "PUT", path, body)).status_code == 428
    edited = await sends(desk, "admin", "PUT", path, body, **{"If-Match": read})
    assert (edited.status_code, edited.json()["kind"]) == (200, "holiday")
    assert (await sends(desk, "admin", "PUT", path, body, **{"If-Match": read})).status_code == 412
    assert (await sends(desk, "agent", "PUT", path, body, **{"If-Match": "*"})).status_code == 403
    assert (await desk.reads("admin", "/calendar/days/2031-03-03")).status_code == 404
    async with world.database.transaction() as session:
        timer = (await session.scalars(select(Timer))).one()
        assert last_day(timer.due_at) == date(2026, 3, 6)
    assert len((await desk.reads("lead", "/calendar/2026")).json()["days"]) == 365


async def test_a_day_that_moves_a_promise_moves_what_the_case_says_and_is_signed_by_the_system(world: World) -> None:
    counter, desk = Counter(world), Desk(world)
    number = (await counter.sure(matter_type="suggestion"))["number"]
    assert str((await counter.case(number)).promised_on) == "2026-03-04"
    read = (await desk.reads("admin", "/calendar/days/2026-03-03")).headers["ETag"]
    body = {"is_workday": False, "note": "停电", "source": "行内通知（假设）"}
    assert (
        await sends(desk, "admin", "PUT", "/calendar/days/2026-03-03", body, **{"If-Match": read})
    ).status_code == 200
    ticking = worker(world)
    for _ in range(2):
        await ticking.tick()
    assert str((await counter.case(number)).promised_on) == "2026-03-05"
    async with world.database.transaction() as session:
        entries = await session.execute(
            select(TimelineEntry.actor_name).where(TimelineEntry.kind == "clock.recomputed")
        )
        assert [name for (name,) in entries] == ["系统"]
        assert await check(session, now=world.time) == []


async def test_a_new_limit_is_a_new_dated_row_of_one_that_exists(world: World) -> None:
    desk = Desk(world)
    body = {
        "code": "internal.investigate",
        "amount": "4",
        "effective_from": "2026-04-01",
        "source": "修订",
        "evidence": "D",
    }
    added = await sends(desk, "supervisor", "POST", "/limits", body)
    assert (added.status_code, added.json()["label"]) == (201, "调查处理")
    assert (await sends(desk, "supervisor", "POST", "/limits", body)).status_code == 409
    assert (await sends(desk, "supervisor", "POST", "/limits", body | {"code": "no.such"})).status_code == 404
    assert (await sends(desk, "lead", "POST", "/limits", body)).status_code == 403
    async with world.database.transaction() as session:
        old = await service.start(session, uuid4(), "internal.investigate", at=world.time)
        new = await service.start(session, uuid4(), "internal.investigate", at=datetime(2026, 4, 1, 2, tzinfo=UTC))
        assert [old.amount, new.amount] == [Decimal(3), Decimal(4)]
    rows = (await desk.reads("lead", "/limits")).json()["items"]
    assert {row["effective_from"] for row in rows if row["code"] == "internal.investigate" and not row["severity"]} == {
        "2026-01-01", "2026-04-01",
    }  # fmt: skip


async def test_units_get_their_profile_over_the_page_and_the_interface(world: World) -> None:
    desk = Desk(world)
    branch = await unit(world, "北京分行")
    body = {"unit_id": branch, "profile": "two_level", "effective_from": "2026-04-01", "source": "试行"}
    assert (await sends(desk, "admin", "POST", "/profiles/uses", body)).status_code == 201
    assert (await sends(desk, "admin", "POST", "/profiles/uses", body)).status_code == 409
    uses = (await desk.reads("lead", "/profiles")).json()
    assert [use["profile"] for use in uses["uses"] if use["unit_id"] == branch] == ["two_level"]
    text = await shown(desk, "supervisor", "/limits?day=2026-03-03")
    assert "总分行两级时限" in text
    assert "修改 2026-03-03" in text
    assert "修改 2026-03-03" not in await shown(desk, "lead", "/limits?day=2026-03-03")


async def test_the_forms_of_the_page_do_what_the_interface_does(world: World) -> None:
    desk = Desk(world)
    browser = await desk.browser("supervisor")
    notice = {"text": NOTICE, "source": "国办（假设）"}
    assert "与现有日历不同的有 365 天" in (await browser.post("/limits/notices", data=notice)).text
    assert (await browser.post("/limits/notices", data=notice | {"confirm": "yes"})).status_code == 303
    day = {"is_workday": "no", "note": "停业", "source": "行内", "version": "1"}
    assert (await browser.post("/limits/days/2026-03-04", data=day)).status_code == 303
    assert (await browser.post("/limits/days/2026-03-04", data=day)).status_code == 409
    limit = {"code": "l1", "amount": "10", "effective_from": "2028-01-01", "source": "修订稿", "evidence": "U"}
    assert (await browser.post("/limits", data=limit)).status_code == 303
    assert "将生效" in await shown(desk, "supervisor", "/limits")
    use = {
        "unit_id": await unit(world, "济南分行"), "profile": "two_level", "effective_from": "2026-05-01",
        "source": "试行",
    }  # fmt: skip
    assert (await browser.post("/limits/uses", data=use)).status_code == 303
