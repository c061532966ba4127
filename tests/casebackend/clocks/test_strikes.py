from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.calendar.rules import SHANGHAI, Calendar
from casebackend.calendar.service import published
from casebackend.clocks import reminders, rules, service
from casebackend.clocks.queries import policy
from casebackend.clocks.reminders import Anchor, Reminding, Rule, Strike
from casebackend.clocks.rules import Term, Unit
from tests.world import World

OFFICIAL = Calendar({row["day"]: row["is_workday"] for row in published(2025, 2026)})
FROM = date(2020, 1, 1)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def rule(group: str, seq: int, kind: Reminding, anchor: Anchor, amount: str = "0", to: str = "handler") -> Rule:
    return Rule(group, seq, kind, anchor, Decimal(amount), to, FROM)


async def seeded(world: World) -> tuple[Rule, ...]:
    async with world.database.reading() as session:
        return await policy(session)


def plan(rows: tuple[Rule, ...], kind: str, start: str, term: Term) -> list[tuple[str, int, str, str]]:
    begun = shanghai(start)
    due = rules.due(OFFICIAL, begun, term)
    found = reminders.strikes(OFFICIAL, rows, kind, begun, due.near_at, due.due_at)
    return [(f"{each.at.astimezone(SHANGHAI):%m-%d %H:%M}", each.level, str(each.kind), each.to) for each in found]


async def test_a_limit_of_law_is_reminded_five_and_three_days_before_on_the_last_working_day_and_after(
    world: World,
) -> None:
    by_law = Term("法定", Decimal(15), Unit.CALENDAR_DAYS)
    assert plan(await seeded(world), "l1", "2026-09-17 10:00", by_law) == [
        ("09-27 09:00", 1, "near_due", "handler"),
        ("09-29 09:00", 2, "near_due", "handler"),
        ("09-30 09:00", 3, "near_due", "superior"),
        ("10-03 00:00", 4, "overdue", "handler"),
        ("10-03 00:00", 5, "escalation", "manager"),
        ("10-08 09:00", 6, "escalation", "executive"),
    ]


async def test_a_step_is_reminded_at_its_share_and_the_whole_has_its_own_rules(world: World) -> None:
    rows = await seeded(world)
    step = Term("调查处理", Decimal(3), Unit.WORKING_DAYS)
    assert plan(rows, "internal.investigate", "2026-03-02 09:00", step) == [
        ("03-05 09:00", 1, "near_due", "handler"),
        ("03-05 09:27", 2, "escalation", "head"),
        ("03-05 17:30", 3, "overdue", "handler"),
        ("03-06 09:00", 4, "escalation", "superior"),
    ]
    whole = Term("内部总时限", Decimal(6), Unit.WORKING_DAYS)
    assert {to for *_, to in plan(rows, "internal.total", "2026-03-02 09:00", whole)} == {"head", "superior2"}


async def test_what_lies_before_the_start_of_a_running_is_not_told(world: World) -> None:
    short = Term("法定", Decimal(2), Unit.CALENDAR_DAYS)
    kinds = [kind for _, _, kind, _ in plan(await seeded(world), "l1", "2026-03-02 10:00", short)]
    assert kinds == ["near_due", "overdue", "escalation", "escalation"]


def test_the_plan_in_force_is_that_of_the_day_of_the_start() -> None:
    old = rule("l", 1, Reminding.OVERDUE, Anchor.DUE)
    new = Rule("l", 1, Reminding.OVERDUE, Anchor.DUE, Decimal(0), "executive", date(2026, 5, 1))
    assert [each.to for each in reminders.in_force([old, new], "l1", date(2026, 4, 30))] == ["handler"]
    assert [each.to for each in reminders.in_force([old, new], "l1", date(2026, 5, 1))] == ["executive"]
    assert [each.to for each in reminders.in_force([old, new], "l1", date(2019, 1, 1))] == ["handler"]
    assert reminders.in_force([old], "internal.reply", date(2026, 5, 1)) == []


ANCHORS = st.builds(
    rule,
    st.just("l"),
    st.integers(1, 9),
    st.sampled_from(Reminding),
    st.sampled_from(Anchor),
    st.sampled_from(["0", "0.5", "1", "3"]),
)


@given(st.lists(ANCHORS, max_size=9, unique_by=lambda each: each.seq), st.integers(0, 500_000), st.sampled_from(Unit))
def test_levels_are_in_the_order_of_time_and_each_comes_once(rows: list[Rule], minutes: int, unit: Unit) -> None:
    start = datetime.fromtimestamp(1_735_700_000 + minutes * 60, SHANGHAI)
    due = rules.due(OFFICIAL, start, Term("钟", Decimal(5), unit))
    found: list[Strike] = reminders.strikes(OFFICIAL, rows, "l1", start, due.near_at, due.due_at)
    assert [each.level for each in found] == list(range(1, len(found) + 1))
    assert [each.at for each in found] == sorted(each.at for each in found)
    assert all(each.at >= start for each in found if each.kind is Reminding.NEAR_DUE)


async def test_a_running_knows_when_its_next_reminder_comes_and_a_stopped_one_has_none(world: World) -> None:
    async with world.database.transaction() as session:
        case = uuid4()
        timer = await service.start(session, case, "l1", at=world.time)
        strikes = await service.strikes_of(session, timer)
        assert (timer.level, timer.next_at) == (0, strikes[0].at)
        await service.stop(session, case, at=world.time)
        assert timer.next_at is None


@pytest.mark.parametrize("term", ["8", "0.25"])
async def test_hours_pass_at_night_and_business_hours_do_not(world: World, term: str) -> None:
    start = shanghai("2026-03-06 17:00")
    plain = rules.due(OFFICIAL, start, Term("首次联系客户", Decimal(term), Unit.HOURS))
    office = rules.due(OFFICIAL, start, Term("接收", Decimal(term), Unit.BUSINESS_HOURS))
    expected = {"8": ("03-07 01:00", "03-10 09:30"), "0.25": ("03-06 17:15", "03-06 17:15")}[term]
    shown = tuple(f"{each.due_at.astimezone(SHANGHAI):%m-%d %H:%M}" for each in (plain, office))
    assert shown == expected
