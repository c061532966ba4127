"""What is found in the web or in the media has reviewers and a clock of its own, by dated data."""

from dataclasses import replace
from datetime import date

from sqlalchemy import update

from casebackend.clocks.queries import timers_of
from casebackend.matters.catalogue import catalogue
from casebackend.staff.model import User
from tests.casebackend.cases.around import refused
from tests.casebackend.cases.builders import unit
from tests.casebackend.registration.takers import Counter
from tests.world import World

CLOCK = "receive.monitored"


async def found(world: World, counter: Counter) -> str:
    number: str = (
        await counter.sure(
            source="monitored", source_url="https://example.org/1", people=[], demand="",
            unit_id=await unit(world, "北京朝阳支行"),
        )
    )["number"]  # fmt: skip
    return number


async def clock(world: World, counter: Counter, number: str) -> list[tuple[str, str | None]]:
    case = await counter.case(number)
    async with world.database.reading() as session:
        return [(each.derivation, each.stop_reason) for each in await timers_of(session, case.id) if each.kind == CLOCK]


async def test_only_people_of_the_unit_that_watches_take_in_what_was_found(world: World) -> None:
    counter = Counter(world)
    number = await found(world, counter)
    [(derivation, stopped)] = await clock(world, counter, number)
    assert (derivation, stopped) == ("主动监控核实受理：3月2日 10:00 + 2个工作小时 = 3月2日 12:00", None)
    shown = (await counter.desk.reads("supervisor", f"/cases/{number}")).json()
    assert shown["awaiting"]["who"].startswith("消保部")
    assert refused(await counter.desk.does("lead", number, "accept")) == (403, "own-reviewers")
    back = await counter.desk.does("lead", number, "return_to_draft", opinion="缺少截图")
    assert refused(back) == (403, "own-reviewers")
    await counter.desk.sure("supervisor", number, "return_to_draft", opinion="缺少截图")
    assert [stop for _, stop in await clock(world, counter, number)] == ["done"]
    await counter.desk.sure("agent", number, "submit")
    await counter.desk.sure("supervisor", number, "accept")
    assert [stop for _, stop in await clock(world, counter, number)] == ["done", "done"]


async def test_what_came_otherwise_is_reviewed_as_ever_and_has_no_such_clock(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    assert await clock(world, counter, number) == []
    await counter.desk.sure("lead", number, "accept")


async def test_where_nobody_of_that_unit_could_head_office_takes_it_in(world: World) -> None:
    counter = Counter(world)
    number = await found(world, counter)
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "supervisor").values(roles=["approver"]))
    assert refused(await counter.desk.does("branch", number, "accept")) == (403, "head-office-reviews")
    await counter.desk.sure("lead", number, "accept")


def test_the_unit_that_reviews_is_a_dated_row() -> None:
    known = replace(
        catalogue(), reviewers=[("monitored", date(2026, 1, 1), "0002"), ("monitored", date(2026, 6, 1), "0005")]
    )
    assert known.reviewed_by("monitored", date(2025, 12, 31)) is None
    assert known.reviewed_by("monitored", date(2026, 5, 31)) == "0002"
    assert known.reviewed_by("monitored", date(2026, 6, 1)) == "0005"
    assert known.reviewed_by("direct", date(2026, 6, 1)) is None
