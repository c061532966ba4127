"""To which unit a case should be dispatched, and why: proposed, never decided."""

import re
from uuid import UUID, uuid4

from casebackend.cases.proposing import chosen
from casebackend.grading.queries import units_taken
from casebackend.organisations.tree import Tree, Unit
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import unit
from tests.casebackend.registration.takers import Counter
from tests.statements import counted
from tests.world import World

A, B, C, GONE = (uuid4() for _ in range(4))
UNITS = Tree.of(Unit(each, name, name, name, "branch", None) for each, name in ((A, "甲"), (B, "乙"), (C, "丙")))


def names(ordered: list[tuple[UUID | None, str]], *back: UUID) -> list[tuple[str, str]]:
    return [(each.name, each.why) for each in chosen(ordered, UNITS, frozenset(back))]


def test_the_first_two_in_order_each_once_and_none_that_is_closed() -> None:
    assert names([(A, "属地"), (A, "责任"), (None, "—"), (GONE, "已撤"), (B, "同类"), (C, "上级")]) == [
        ("甲", "属地"), ("乙", "同类"),
    ]  # fmt: skip
    assert names([]) == []


def test_who_gave_it_back_comes_last_and_it_is_said() -> None:
    assert names([(A, "属地"), (B, "同类")], A) == [("乙", "同类"), ("甲", "属地，曾退回本件")]


async def test_the_form_has_the_proposal_chosen_and_it_is_counted_how_often_it_was_taken(world: World) -> None:
    counter = Counter(world)
    desk, outlet = counter.desk, await unit(world, "北京朝阳支行")
    division, since = await unit(world, "个人金融部"), world.time
    await counter.desk.investigating((await counter.sure(unit_id=outlet, category_b="信用卡"))["number"])
    number = (await counter.sure(unit_id=outlet, category_b="信用卡"))["number"]
    await desk.sure("lead", number, "accept")
    lead = await desk.browser("lead")
    await lead.get(f"/cases/{number}")
    with counted(world) as said:
        page = (await lead.get(f"/cases/{number}")).text
    assert len(said) <= 20, "\n".join(said)
    form = re.search(r'<select id="dispatch-handling_unit_id".*?</select>.*?</div>', page, re.S)
    assert form
    assert re.findall(r'<option value="([^"]+)" selected', form[0]) == [outlet]
    assert "建议：<strong>北京朝阳支行</strong>（被投诉机构，属地受理）" in form[0]
    assert "其次：<strong>个人金融部</strong>（近期办理过1件“信用卡”投诉）" in form[0]
    await desk.sure("lead", number, "dispatch", handling_unit_id=outlet)
    entries = (await desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"]
    assert entries[-1]["detail"]["proposal"] == "first"
    async with world.database.transaction() as session:
        until = world.time.replace(year=world.time.year + 1)
        assert await units_taken(session, since, until) == {"made": 2, "first": 1, "second": 0}
        assert await units_taken(session, until, until) == {"made": 0, "first": 0, "second": 0}
    assert division in form[0]
    brief = (await desk.reads("lead", f"/cases/{number}/registration")).text
    assert "属地受理" not in brief
    await holds(world)
