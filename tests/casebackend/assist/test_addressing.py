"""尊敬的X先生/女士: only where the title was registered, and never more of the name than the page shows."""

from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import select, update

from casebackend.access.principal import Kind, Principal
from casebackend.assist.facts import facts_of
from casebackend.cases.model import Case
from casebackend.parties.model import Party
from tests.casebackend.cases.builders import Desk
from tests.world import World

PERSON = {"role": "complainant", "name": "张三丰", "phone": "13800138000", "sex": "male"}


@pytest_asyncio.fixture
async def case_id(world: World) -> UUID:
    body = {"facts": "柜台多扣了年费", "demand": "退费", "people": [PERSON]}
    agent = await Desk(world).browser("agent")
    made = await agent.post("/api/v1/cases/", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert made.status_code == 201, made.text
    return UUID(made.json()["case_id"])


async def called(world: World, case_id: UUID, *roles: str, **person: Any) -> str:
    reader = Principal(Kind.STAFF, "reader", frozenset(roles or {"intake"}))
    async with world.database.transaction() as session:
        if person:
            await session.execute(update(Party).where(Party.case_id == case_id).values(person))
        case = (await session.scalars(select(Case).where(Case.id == case_id))).one()
        return (await facts_of(session, case, now=world.time, viewer=reader)).values["客户称呼"]


async def test_a_registered_title_makes_the_address(world: World, case_id: UUID) -> None:
    assert await called(world, case_id) == "尊敬的张先生"
    assert await called(world, case_id, sex="female") == "尊敬的张女士"
    for unknown in ("unsaid", None):
        assert await called(world, case_id, sex=unknown) == "尊敬的客户", "no title is guessed from a name"


async def test_who_does_not_see_the_name_does_not_say_it(world: World, case_id: UUID) -> None:
    assert await called(world, case_id, "executive") == "尊敬的客户"
    assert await called(world, case_id, name_masked=None) == "尊敬的客户"


async def test_half_a_surname_a_firm_and_somebody_who_speaks_for_others_stay_customers(
    world: World, case_id: UUID
) -> None:
    assert await called(world, case_id, name_masked="欧**") == "尊敬的客户"
    assert await called(world, case_id, name_masked="J**") == "尊敬的客户"
    assert await called(world, case_id, name_masked="张**", unified_code="91110000000000000X") == "尊敬的客户"
    assert await called(world, case_id, unified_code=None) == "尊敬的张先生"
    async with world.database.transaction() as session:
        session.add(Party(case_id=case_id, role="agent", added_at=world.time, added_by="staff:agent"))
    assert await called(world, case_id) == "尊敬的客户"
