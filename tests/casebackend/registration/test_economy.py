"""Fifty at once, and what one registration costs the database."""

import asyncio

from sqlalchemy import func, select

from casebackend.cases.model import Case
from casebackend.cases.words import NUMBERING, NumberPattern
from casebackend.check import check
from tests.casebackend.registration.takers import Counter
from tests.statements import counted
from tests.world import World

# BEGIN and COMMIT are not counted; the look at the login and its session are.
MOST_STATEMENTS = 24


async def test_fifty_registrations_at_once_never_share_a_number(world: World) -> None:
    counter = Counter(world)
    await counter.desk.browser("agent")
    answers = await asyncio.gather(*(counter.registers() for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["number"] for answer in answers) == [f"TS20260302{n:06d}" for n in range(1, 51)]
    async with world.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 50
        assert await check(session, now=world.time) == []


async def test_one_registration_takes_few_statements(world: World) -> None:
    counter = Counter(world)
    await counter.sure()
    with counted(world) as said:
        await counter.sure(objects=[{"kind": "product", "value": "理财"}], documents=[{"kind": "other"}])
    said = [each for each in said if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
    assert len(said) <= MOST_STATEMENTS, "\n".join(each[:90] for each in said)
    written = [each.split()[2] for each in said if each.startswith("INSERT")]
    assert len(written) == len(set(written)), written


async def test_the_pattern_of_numbers_is_a_parameter(world: World) -> None:
    pattern = NumberPattern("KF", 4)
    world.database._sessions.kw["info"][NUMBERING] = pattern
    counter = Counter(world)
    made = await counter.sure()
    assert made["number"] == "KF202603020001"
    assert pattern.in_text(f"请查 {made['number'].lower()}") == [made["number"]]
    async with world.database.transaction() as session:
        assert await check(session, now=world.time) == []
