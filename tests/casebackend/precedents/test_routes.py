"""Earlier complaints like this one: with number and unit for whoever may open them, without for everybody else."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from casebackend import editions
from casebackend.candidates.model import Candidate
from casebackend.candidates.queries import PRECEDENTS
from casebackend.cases.model import Case
from casebackend.organisations.model import Organisation
from casebackend.policies.model import SecurityParameter
from casebackend.policies.service import EDITION
from tests.casebackend.candidates.builders import candidates, ended, reopened
from tests.casebackend.cases.around import changes
from tests.casebackend.cases.builders import Desk
from tests.casebackend.registration.takers import Counter
from tests.world import World

ASKED = "柜台多扣信用卡年费"
PERSON = {"role": "complainant", "name": "孙芃苌", "phone": "13900139000"}


async def found(desk: Desk, login: str, path: str) -> list[dict[str, Any]]:
    answer = await desk.reads(login, path)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["precedents"]
    return items


async def given_to(world: World, case_id: UUID, name: str) -> None:
    """As if it had been complained of and handled there."""
    async with world.database.transaction() as session:
        unit = await session.scalar(select(Organisation.id).where(Organisation.name == name))
        here = {"unit_id": unit, "handling_unit_id": unit, "receiving_unit_id": unit, "handler_id": None}
        await session.execute(update(Case).where(Case.id == case_id).values(here))
        await session.execute(update(Candidate).where(Candidate.case_id == case_id).values(unit_id=unit))


async def test_an_earlier_one_shows_how_it_ended_and_leads_only_those_to_it_who_may_open_it(world: World) -> None:
    paid = "经核实年费重复扣收，已向您退还年费12345.67元。"
    case_id, number = await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费", reply=paid)
    await given_to(world, case_id, "济南历下支行")
    desk = Desk(world)
    path = f"/precedents?q={ASKED}"
    [seen] = await found(desk, "supervisor", path)
    assert (seen["number"], seen["unit"], seen["month"]) == (number, "济南历下支行", "2026-03")
    assert (seen["outcome"], seen["days"], seen["compensation_band"]) == ("成立", 3, "约1万元")
    [other] = await found(desk, "outlet", path)
    assert (other["number"], other["unit"], other["month"]) == (None, None, None)
    assert other["facts"] == seen["facts"]
    for word in (number, "历下", "济南", "张三丰", "12345"):
        assert word not in str(other), word
    [curator] = await found(desk, "curator", path)
    assert curator["number"] is None
    assert await found(desk, "supervisor", "/precedents?q=今天天气不错想去公园散步") == []
    assert (await desk.reads("supervisor", "/precedents?q=")).status_code == 400
    assert (await desk.reads("admin", path)).status_code == 403
    assert (await desk.reads("outlet", f"/cases/{number}/precedents")).status_code == 404


async def test_a_case_is_no_precedent_of_itself_or_of_its_family(world: World) -> None:
    _, first = await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费")
    desk, counter = Desk(world), Counter(world)
    assert await found(desk, "supervisor", f"/cases/{first}/precedents") == []
    other = await counter.sure(facts="信用卡年费被柜台重复扣收", demand="退费", people=[PERSON])
    [one] = await found(desk, "supervisor", f"/cases/{other['number']}/precedents")
    assert one["number"] == first
    linked = await counter.sends(
        "supervisor", f"/cases/{first}/links", {"number": other["number"], "kind": "related", "reason": "同一事"}
    )
    assert linked.status_code < 300, linked.text
    assert await found(desk, "supervisor", f"/cases/{other['number']}/precedents") == []


async def test_the_month_is_told_to_others_where_enough_share_it(world: World) -> None:
    case_id, _ = await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费")
    await given_to(world, case_id, "济南历下支行")
    async with world.database.transaction() as session:
        row = (await session.scalars(select(Candidate))).one()
        same = {name: getattr(row, name) for name in Candidate.__table__.columns.keys()}  # noqa: SIM118  columns
        session.add(Candidate(**same | {"id": UUID(int=7), "case_id": None, "facts": "理财亏损", "demand": "赔偿"}))
        values = {"label": "几件", "source": "本行规定", "evidence": "D", "added_at": world.time, "added_by": "test"}
        today = world.time.date()
        session.add(SecurityParameter(code="knowledge.rare_below", value="2", effective_from=today, **values))
        for name in (PRECEDENTS, EDITION):
            await editions.changed(session, name)
    desk = Desk(world)
    [other] = await found(desk, "outlet", f"/precedents?q={ASKED}")
    assert (other["month"], other["unit"]) == ("2026-03", None)


async def test_a_badly_redacted_one_a_held_one_and_one_taken_up_again_are_not_shown(world: World) -> None:
    case_id, number = await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费")
    await given_to(world, case_id, "济南历下支行")
    desk, path = Desk(world), f"/precedents?q={ASKED}"
    auditor = await desk.browser("auditor")
    held = await auditor.post(
        f"/cases/{number}/holds", data={"reason": "客户已提起诉讼，案件审理中"}, headers={"HX-Request": "true"}
    )
    assert held.status_code < 300, held.text
    assert await found(desk, "outlet", path) == []
    assert len(await found(desk, "supervisor", path)) == 1
    [row] = await candidates(world)
    badly = {"refusal": "redaction", "reason": "仍能认出客户"}
    assert (await changes(desk, "curator", f"/candidates/{row.id}", "rejection", badly)).status_code == 200
    assert await found(desk, "supervisor", path) == []
    case_id, _ = await ended(world, facts="自动柜员机吞卡，等了很久", demand="退卡")
    desk = Desk(world)
    assert len(await found(desk, "supervisor", "/precedents?q=自动柜员机吞卡")) == 1
    await reopened(world, case_id)
    assert await found(desk, "supervisor", "/precedents?q=自动柜员机吞卡") == []
