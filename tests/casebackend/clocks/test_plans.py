"""Plans of reminders and their numbers change by a new dated row, over the interface and over the page."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from casebackend.clocks import service
from casebackend.notices.thresholds import in_force
from casebackend.revisits.service import policy
from tests.casebackend.cases.builders import Desk
from tests.casebackend.clocks.test_routes import sends, shown
from tests.world import World

PLAN: dict[str, Any] = {
    "clock_group": "internal.",
    "effective_from": "2026-03-10",
    "rules": [
        {"kind": "near_due", "anchor": "share", "amount": "0.5", "recipient": "handler"},
        {"kind": "overdue", "anchor": "due", "recipient": "head"},
    ],
    "source": "行内通知（假设）",
}
NUMBER = {"code": "unread.hours", "value": "6", "effective_from": "2026-03-10", "source": "行内通知（假设）"}


async def plan_of(world: World, at: datetime) -> list[tuple[str, str]]:
    async with world.database.transaction() as session:
        timer = await service.start(session, uuid4(), "internal.investigate", at=at)
        return [(strike.kind, strike.to) for strike in await service.strikes_of(session, timer)]


async def test_a_new_plan_counts_for_clocks_that_start_from_its_day_on(world: World) -> None:
    desk = Desk(world)
    before = await plan_of(world, world.time)
    made = await sends(desk, "supervisor", "POST", "/reminders", PLAN)
    assert (made.status_code, len(made.json()["items"])) == (201, 2), made.text
    assert await plan_of(world, world.time) == before
    assert await plan_of(world, datetime(2026, 3, 10, 2, tzinfo=UTC)) == [("near_due", "handler"), ("overdue", "head")]
    again = await sends(desk, "supervisor", "POST", "/reminders", PLAN)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/reminders-known")
    today = await sends(desk, "supervisor", "POST", "/reminders", PLAN | {"effective_from": "2026-03-02"})
    assert (today.status_code, today.json()["type"]) == (422, "/problems/reminders-too-early")
    other = await sends(desk, "supervisor", "POST", "/reminders", PLAN | {"clock_group": "no.such"})
    assert other.status_code == 404
    assert (await sends(desk, "lead", "POST", "/reminders", PLAN)).status_code == 403
    assert (await sends(desk, "supervisor", "POST", "/reminders", PLAN | {"rules": []})).status_code == 422
    rows = (await desk.reads("lead", "/reminders?limit=100")).json()["items"]
    assert {"2026-03-10", "2020-01-01"} == {row["effective_from"] for row in rows if row["clock_group"] == "internal."}


async def test_a_new_number_counts_from_its_day_on(world: World) -> None:
    desk = Desk(world)
    assert (await sends(desk, "admin", "POST", "/thresholds/", NUMBER)).status_code == 201
    async with world.database.reading() as session:
        now, then = await in_force(session, world.time), await in_force(session, world.time + timedelta(days=9))
    assert (now.number("unread.hours"), then.number("unread.hours")) == (4, 6)
    assert (await sends(desk, "admin", "POST", "/thresholds/", NUMBER)).status_code == 409
    wrong = NUMBER | {"effective_from": "2026-03-11"}
    score = {"code": "survey.low_score", "value": "3"}
    assert (await sends(desk, "admin", "POST", "/thresholds/", NUMBER | score)).status_code == 201
    async with world.database.reading() as session:
        lines = [(await policy(session, at)).low for at in (world.time, world.time + timedelta(days=9))]
    assert lines == [2, 3]
    for change in (
        {"value": "08:00"}, {"effective_from": "2026-03-01"}, {"value": "25:00"}, {"value": "-1"},
        score | {"value": "5"}, {"code": "survey.attempts", "value": "0"},
    ):  # fmt: skip
        assert (await sends(desk, "admin", "POST", "/thresholds/", wrong | change)).status_code == 422, change
    assert (await sends(desk, "admin", "POST", "/thresholds/", wrong | {"code": "no.such"})).status_code == 404
    assert (await sends(desk, "agent", "POST", "/thresholds/", wrong)).status_code == 403
    rows = (await desk.reads("lead", "/thresholds/?limit=100")).json()["items"]
    assert [row["value"] for row in rows if row["code"] == "unread.hours"] == ["6", "4"]


async def test_the_page_shows_both_and_its_forms_do_the_same(world: World) -> None:
    desk = Desk(world)
    text = await shown(desk, "lead", "/limits/reminders?group=internal.")
    assert "时长过 90%：升级提醒承办单位负责人" in text
    assert "转办后未接收提醒" in text
    assert "替换“内部环节”" not in text
    text = await shown(desk, "supervisor", "/limits/reminders?group=internal.")
    assert "替换“内部环节”" in text
    assert 'href="/limits/reminders"' in await shown(desk, "lead", "/limits")
    browser = await desk.browser("supervisor")
    form = {
        "clock_group": "internal.", "effective_from": "2026-04-01", "source": "试行",
        "kind-0": "near_due", "anchor-0": "near", "amount-0": "0", "recipient-0": "handler",
        "kind-1": "", "anchor-1": "due", "amount-1": "", "recipient-1": "head",
        "kind-2": "escalation", "anchor-2": "after", "amount-2": "2", "recipient-2": "manager",
    }  # fmt: skip
    assert (await browser.post("/limits/reminders", data=form)).status_code == 303
    text = await shown(desk, "supervisor", "/limits/reminders")
    assert "到期后 2 个工作日 9:00：升级提醒投诉管理" in text
    assert "将生效" in text
    number = {"code": "quiet.from", "value": "21:30", "effective_from": "2026-04-01", "source": "试行"}
    assert (await browser.post("/limits/reminders/thresholds", data=number)).status_code == 303
    assert "21:30" in await shown(desk, "supervisor", "/limits/reminders")
