"""A regulator's case finds what the customer had complained of whenever that becomes known, on either side."""

from typing import Any
from uuid import uuid4

import pytest

from tests.casebackend.cases.builders import unit
from tests.casebackend.families.builders import holds
from tests.casebackend.families.test_families import becomes, family, strip
from tests.casebackend.registration.takers import Counter
from tests.casebackend.workers import worker
from tests.world import World

CARD = {"kind": "card", "value": "6222021234567890"}
PAPER = {"source": "regulator", "regulator_number": "GJ-1", "regulator_due_on": "2026-03-20"}
BY_REGULATOR = PAPER | {"channel": "regulator"}


class Pair:
    """What a customer complained of first, and later what came from the regulator or turns out to: neither the unit
    nor the business are the same."""

    def __init__(self, world: World) -> None:
        self.world, self.counter = world, Counter(world)
        self.numbers: dict[str, str] = {}

    async def taken_down(self, earlier: dict[str, Any], late: dict[str, Any]) -> None:
        here, there = await unit(self.world, "北京朝阳支行"), await unit(self.world, "济南历下支行")
        customer = uuid4()
        for name, fields in (
            ("earlier", {"unit_id": here, "category_b": "信用卡"} | earlier),
            ("late", {"unit_id": there, "category_b": "贷款"} | late),
        ):
            registered = await self.counter.sure(**fields)
            await becomes(self.world, (await self.counter.case(registered["number"])).id, customer_id=customer)
            self.numbers[name] = registered["number"]
        assert not await self.linked()

    async def linked(self) -> bool:
        ticking = worker(self.world)
        for _ in range(3):
            self.world.wait(seconds=21)
            await ticking.tick()
        earlier, late = self.numbers["earlier"], self.numbers["late"]
        shown = strip(await family(self.counter.desk, "lead", late))
        assert shown in ([("self", late)], [("earlier", earlier), ("self", late)])
        return len(shown) == 2

    async def names_card(self, which: str) -> None:
        answer = await self.counter.sends("lead", f"/cases/{self.numbers[which]}/objects", CARD)
        assert answer.status_code == 201, answer.text

    async def changes(self, which: str, what: str, **body: Any) -> None:
        answer = await self.counter.changes("lead", self.numbers[which], what, **body)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("last", ["earlier", "late"])
async def test_a_thing_that_both_name_links_them_whichever_names_it_last(world: World, last: str) -> None:
    pair, known = Pair(world), {"objects": [CARD]}
    await pair.taken_down(known if last == "late" else {}, BY_REGULATOR | (known if last == "earlier" else {}))
    await pair.names_card(last)
    assert await pair.linked()
    assert await holds(world) == []


async def test_a_case_that_turns_out_to_be_the_regulators_is_linked(world: World) -> None:
    pair = Pair(world)
    await pair.taken_down({"objects": [CARD]}, {"objects": [CARD]})
    await pair.changes("late", "correction", **PAPER, reason="监管下发")
    assert await pair.linked()


@pytest.mark.parametrize("which", ["earlier", "late"])
async def test_the_unit_complained_of_links_them_once_it_is_put_right(world: World, which: str) -> None:
    pair = Pair(world)
    await pair.taken_down({}, BY_REGULATOR)
    right = await unit(world, "济南历下支行" if which == "earlier" else "北京朝阳支行")
    await pair.changes(which, "units", unit_id=right, reason="客户记错了网点")
    assert await pair.linked()


async def test_the_same_business_links_them_once_it_is_classified(world: World) -> None:
    pair = Pair(world)
    await pair.taken_down({}, BY_REGULATOR)
    await pair.counter.desk.sure("lead", pair.numbers["earlier"], "accept")
    await pair.changes("earlier", "classification", category_b="贷款", reason="实为贷款")
    assert await pair.linked()


async def test_what_somebody_has_parted_is_not_linked_again(world: World) -> None:
    pair = Pair(world)
    await pair.taken_down({}, BY_REGULATOR)
    await pair.names_card("earlier")
    await pair.names_card("late")
    assert await pair.linked()
    path = f"/cases/{pair.numbers['late']}/links"
    link = (await pair.counter.desk.reads("lead", path)).json()["items"][0]
    browser = await pair.counter.desk.browser("lead")
    assert (await browser.delete(f"/api/v1{path}/{link['id']}", headers={"If-Match": "*"})).status_code == 204
    await pair.changes("late", "units", unit_id=await unit(world, "北京朝阳支行"), reason="客户记错了网点")
    assert not await pair.linked()
