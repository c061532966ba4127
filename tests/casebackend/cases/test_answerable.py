"""Whoever finds the bank answerable says which unit of it is."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from casebackend.api.cases import MoveCase
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case, CaseChange
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.matters.rules import MatterType
from tests.casebackend.cases.answering import proposed
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed, unit
from tests.casebackend.families.builders import closed, holds, slug
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.world import World

UNNAMED = PROPOSAL | {"responsible_unit_id": None}
BLAMELESS = UNNAMED | {"validity": "invalid", "responsible": "not_responsible"}
JUDGED = [MatterType.COMPLAINT, MatterType.OBJECTION, MatterType.PETITION, MatterType.REPORT]


async def in_hand(world: World, **registered: Any) -> tuple[Desk, str]:
    counter = Counter(world)
    of = {"unit_id": await unit(world, "北京朝阳支行"), "people": [CUSTOMER]}
    number = str((await counter.sure(**of | registered))["number"])
    await counter.desk.investigating(number)
    return counter.desk, number


CODED = {"business_channel_a": "营业现场", "category_b": "银行卡", "no_recording_reason": "柜面办理，无录音"}


@pytest.mark.parametrize("responsible", ["responsible", "partly"])
async def test_a_proposal_that_finds_the_bank_answerable_names_the_unit(world: World, responsible: str) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.case_id)
    found = UNNAMED | {"responsible": responsible}
    refused = await desk.does("agent", receipt.case_id, "propose", **found)
    assert slug(refused) == (422, "responsible-unit-missing")
    assert (refused.json()["fields"], refused.json()["detail"]) == (
        ["responsible_unit_id"], "认定我行有责或部分有责的，请指明责任机构",
    )  # fmt: skip
    outlet = await unit(world, "北京海淀支行")
    answer = await desk.sure("agent", receipt.case_id, "propose", **found | {"responsible_unit_id": outlet})
    assert (answer["status"], answer["responsible_unit_id"]) == ("proposed", outlet)
    async with world.database.reading() as session:
        signed = select(CaseChange).where(CaseChange.field == "responsible_unit_id")
        change = (await session.scalars(signed)).one()
    assert (change.actor, change.before, change.after) == ("staff:agent", None, outlet)


@pytest.mark.parametrize("matter", JUDGED)
async def test_it_is_asked_of_every_matter_of_which_somebody_judges(world: World, matter: MatterType) -> None:
    desk, number = await in_hand(world, matter_type=matter, objects=[{"kind": "product", "value": "信用卡"}])
    refused = await desk.does("agent", number, "propose", **UNNAMED | CODED)
    assert slug(refused) == (422, "responsible-unit-missing")


@pytest.mark.parametrize("matter", [each for each in MatterType if each not in JUDGED])
async def test_what_is_only_answered_names_no_unit(world: World, matter: MatterType) -> None:
    counter = Counter(world)
    case = await counter.case(await proposed(counter, matter))
    assert (case.status, case.responsible_unit_id) == ("reply_pending", None)


async def test_who_finds_nobody_answerable_names_no_unit(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.case_id)
    outlet = await unit(world, "北京海淀支行")
    refused = await desk.does("agent", receipt.case_id, "propose", **BLAMELESS | {"responsible_unit_id": outlet})
    assert slug(refused) == (422, "contradicting-judgement")
    assert refused.json()["detail"] == "认定无责的，不能指明责任机构"
    answer = await desk.sure("agent", receipt.case_id, "propose", **BLAMELESS)
    assert (answer["status"], answer["responsible_unit_id"]) == ("proposed", None)


async def test_a_unit_that_is_named_already_stays(world: World) -> None:
    outlet, other = await unit(world, "北京朝阳支行"), await unit(world, "北京海淀支行")
    desk, number = await in_hand(world, responsible_unit_id=outlet)
    refused = await desk.does("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": other})
    assert slug(refused) == (422, "responsible-unit-stands")
    assert "请由班长或投诉管理岗变更" in refused.json()["detail"]
    answer = await desk.sure("agent", number, "propose", **UNNAMED | CODED)
    assert answer["responsible_unit_id"] == outlet
    await desk.sure("executive", number, "return_for_rework", opinion="补充依据")
    same = await desk.sure("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": outlet})
    assert same["responsible_unit_id"] == outlet


async def test_of_a_proposal_that_came_back_a_second_role_may_name_the_unit_instead(world: World) -> None:
    outlet, other = await unit(world, "北京朝阳支行"), await unit(world, "个人金融部")
    desk, number = await in_hand(world)
    await desk.sure("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": outlet})
    await desk.sure("executive", number, "return_for_rework", opinion="系产品问题")
    counter = Counter(world)
    changed = await counter.changes("lead", number, "units", responsible_unit_id=other, reason="产品归口部门")
    assert changed.status_code == 200, changed.text
    assert (await desk.sure("agent", number, "propose", **UNNAMED | CODED))["responsible_unit_id"] == other


async def test_a_proposal_that_came_back_and_finds_nobody_answerable_leaves_no_unit_to_report(world: World) -> None:
    outlet = await unit(world, "北京海淀支行")
    desk, number = await in_hand(world)
    await desk.sure("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": outlet})
    came_back = await desk.sure("executive", number, "return_for_rework", opinion="依据不足，请复核")
    assert came_back["responsible_unit_id"] is None
    assert [(each.actor, each.before, each.after, each.reason) for each in await changes_of(world)] == [
        ("staff:agent", None, outlet, None), ("staff:executive", outlet, None, "依据不足，请复核"),
    ]  # fmt: skip
    answer = await desk.sure("agent", number, "propose", **BLAMELESS | CODED)
    assert (answer["status"], answer["responsible"], answer["responsible_unit_id"]) == (
        "proposed", "not_responsible", None,
    )  # fmt: skip
    assert await holds(world) == []


async def test_who_proposed_the_wrong_unit_names_another_when_it_came_back(world: World) -> None:
    wrong, right = await unit(world, "北京海淀支行"), await unit(world, "北京朝阳支行")
    desk, number = await in_hand(world)
    await desk.sure("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": wrong})
    await desk.sure("executive", number, "return_for_rework", opinion="责任机构有误")
    page = (await (await desk.browser("agent")).get(f"/cases/{number}")).text
    assert 'id="propose-responsible_unit_id"' in page
    refused = await desk.does("agent", number, "propose", **UNNAMED | CODED)
    assert slug(refused) == (422, "responsible-unit-missing")
    answer = await desk.sure("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": right})
    assert answer["responsible_unit_id"] == right


async def test_a_unit_of_the_registration_or_of_a_second_role_stays_when_a_proposal_comes_back(world: World) -> None:
    outlet, other = await unit(world, "北京朝阳支行"), await unit(world, "北京海淀支行")
    desk, number = await in_hand(world, responsible_unit_id=outlet)
    await desk.sure("agent", number, "propose", **UNNAMED | CODED)
    came_back = await desk.sure("executive", number, "return_for_rework", opinion="补充依据")
    assert came_back["responsible_unit_id"] == outlet
    await desk.sure("agent", number, "propose", **UNNAMED | CODED)
    counter = Counter(world)
    changed = await counter.changes("lead", number, "units", responsible_unit_id=other, reason="实为海淀支行办理")
    assert changed.status_code == 200, changed.text
    came_back = await desk.sure("executive", number, "return_for_rework", opinion="再补充")
    assert came_back["responsible_unit_id"] == other
    answer = await desk.sure("agent", number, "propose", **BLAMELESS | CODED)
    assert answer["responsible_unit_id"] == other


@pytest.mark.parametrize("move", ["propose", "propose_reply"])
async def test_a_unit_that_an_earlier_version_left_with_a_returned_proposal_goes_when_nobody_is_answerable(
    world: World, move: str
) -> None:
    outlet = await unit(world, "北京海淀支行")
    desk, number = await in_hand(world)
    await desk.sure("agent", number, "propose", **UNNAMED | CODED | {"responsible_unit_id": outlet})
    await desk.sure("executive", number, "return_for_rework", opinion="依据不足")
    async with world.database.transaction() as session:
        await session.execute(update(Case).values(responsible_unit_id=UUID(outlet)))
    given = BLAMELESS | CODED if move == "propose" else CODED | {
        "findings": "未多收", "judgement_basis": "收费公示", "opinion": "直接答复", "cause_c": PROPOSAL["cause_c"],
    }  # fmt: skip
    answer = await desk.sure("agent", number, move, **given)
    assert (answer["responsible"], answer["responsible_unit_id"]) == ("not_responsible", None)
    last = (await changes_of(world))[-1]
    assert (last.actor, last.before, last.after) == ("staff:agent", outlet, None)


async def test_what_is_judged_once_more_after_its_end_names_the_unit_anew(world: World) -> None:
    case_id, _ = await closed(world)
    assert (await case_of(world, case_id)).responsible_unit_id is not None
    async with world.database.transaction() as session:
        again = MoveCase(move=Move.REOPEN, opinion="核查决定重新办理")
        await move_case(session, case_id, again, principal=SYSTEM, now=world.time)
    assert (await case_of(world, case_id)).responsible_unit_id is None
    assert await holds(world) == []


async def changes_of(world: World) -> list[CaseChange]:
    """What was written of the unit that is answerable, oldest first."""
    async with world.database.reading() as session:
        found = select(CaseChange).where(CaseChange.field == "responsible_unit_id")
        return sorted(await session.scalars(found), key=lambda each: (each.at, each.before is not None))


async def test_a_unit_that_there_is_not_is_not_named(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.case_id)
    refused = await desk.does("agent", receipt.case_id, "propose", **UNNAMED | {"responsible_unit_id": str(uuid4())})
    assert slug(refused) == (404, "unit-not-found")
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.responsible_unit_id, case.findings) == ("investigating", None, None)


async def test_the_form_of_the_proposal_offers_the_units_and_keeps_what_was_typed(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.case_id)
    agent, at = await desk.browser("agent"), f"/cases/{receipt.number}"
    page = (await agent.get(at)).text
    label = re.search(r'<label for="propose-responsible_unit_id">(.*?)</label>', page)
    assert label is not None
    assert re.sub(r"<[^>]+>", "", label[1]) == "责任机构 认定有责、部分有责时必填"
    outlet = await unit(world, "北京朝阳支行")
    select_ = re.search(r'<select id="propose-responsible_unit_id"([^>]*)>(.*?)</select>', page, re.S)
    assert select_ is not None
    assert (f'value="{outlet}"' in select_[2], "required" in select_[1]) == (True, False)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    form = PROPOSAL | {"move": "propose", "version": version[1]}
    refused = await agent.post(f"{at}/moves", data=form)
    assert (refused.status_code, PROPOSAL["findings"] in refused.text) == (422, True)
    assert "请指明责任机构" in refused.text
    assert re.search(r'<select id="propose-responsible_unit_id"[^>]*aria-invalid="true"', refused.text)
    line = await agent.post(f"{at}/moves", data=form, headers={"HX-Request": "true"})
    assert "#propose-responsible_unit_id" in line.text
    done = await agent.post(f"{at}/moves", data=form | {"responsible_unit_id": outlet})
    assert done.status_code == 303
    assert (await case_of(world, receipt.case_id)).responsible_unit_id == UUID(outlet)


async def test_a_form_offers_no_unit_where_one_is_named(world: World) -> None:
    desk, number = await in_hand(world, responsible_unit_id=await unit(world, "北京朝阳支行"))
    page = (await (await desk.browser("agent")).get(f"/cases/{number}")).text
    assert 'id="propose-responsible"' in page
    assert 'id="propose-responsible_unit_id"' not in page
