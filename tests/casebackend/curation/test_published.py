"""A process that holds what is published reads only what has changed, and misses no way in which it changes."""

import pytest
from sqlalchemy import select

from casebackend.curation import keeping, queries
from casebackend.curation import published as room
from casebackend.curation.model import Article
from casebackend.curation.published import Published
from knowledge.articles import Article as Entry
from tests.casebackend.curation.desks import Curation
from tests.statements import counted
from tests.world import World


async def read(world: World, held: Published) -> list[Entry]:
    """As it is held, and the same as it stands in the database."""
    async with world.database.reading() as session:
        mine = await held.read(session)
        assert mine == await queries.published(session)
    return mine


async def test_each_way_in_which_a_published_entry_changes_is_seen(world: World) -> None:
    desk, held = Curation(world), Published()
    await read(world, held)
    first = await desk.published(questions=["卡掉了怎么补"])
    [entry] = [each for each in await read(world, held) if each.id == first["id"]]
    assert entry.effective_to is None
    await desk.took("supervisor", first, "retire", on="2026-03-12", opinion="新规三月十二日施行")
    [entry] = [each for each in await read(world, held) if each.id == first["id"]]
    assert str(entry.effective_to) == "2026-03-11"
    other = await desk.published(
        title="另一份口径", questions=["补卡要带什么"], text="补卡请带本人证件，到任一网点办理。"
    )
    await desk.took("supervisor", other, "retire", opinion="重复")
    assert other["id"] not in {each.id for each in await read(world, held)}


async def test_an_entry_that_gets_its_department_later_is_read_anew(world: World) -> None:
    held = Published()
    async with world.database.transaction() as session:
        row = (await session.scalars(select(Article).where(Article.unit_id.is_not(None)).limit(1))).one()
        name, unit, row.unit_id = row.id, str(row.unit_id), None
    await read(world, held)
    async with world.database.transaction() as session:
        await keeping.seed(session)
    assert {each.unit for each in await read(world, held) if each.id == name} == {unit}


async def test_what_has_not_changed_is_not_read_again(world: World) -> None:
    held = Published()
    before = await read(world, held)
    async with world.database.reading() as session:
        with counted(world) as said:
            after = await held.read(session)
    assert len([each for each in said if each.startswith("SELECT")]) == 1
    assert all(mine is known for mine, known in zip(after, before, strict=True))


async def test_much_that_changed_is_read_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(await read(world, Published())) < room.MOST_CHANGED
    monkeypatch.setattr(room, "MOST_CHANGED", 0)
    await read(world, Published())
