"""Reference data are kept in the process, and a change of them is seen by every process with its next transaction."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.connection import open_database
from casebackend.organisations.model import Organisation
from tests.world import World

HEAD = "0000"


class Reader:
    """Counts how often it had to ask the database."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, session: AsyncSession) -> str:
        self.asked += 1
        found = await session.scalar(select(Organisation.short_name).where(Organisation.code == HEAD))
        assert found is not None
        return str(found)


async def renamed(session: AsyncSession, name: str) -> None:
    head = (await session.scalars(select(Organisation).where(Organisation.code == HEAD))).one()
    head.short_name = name
    await session.flush()
    await editions.changed(session, "organisations")


async def test_what_hardly_ever_changes_is_read_once(world: World) -> None:
    names = Reader()
    for _ in range(3):
        async with world.database.reading() as session:
            assert await editions.kept(session, "organisations", names, key="test") == "总行"
    assert names.asked == 1


async def test_a_change_is_seen_by_every_process_with_its_next_transaction(world: World) -> None:
    other = open_database(world.settings)
    here, there = Reader(), Reader()
    async with world.database.reading() as session:
        await editions.kept(session, "organisations", here, key="test")
    async with other.reading() as session:
        await editions.kept(session, "organisations", there, key="test")
    async with world.database.transaction() as session:
        await renamed(session, "总部")
    async with world.database.reading() as session:
        assert await editions.kept(session, "organisations", here, key="test") == "总部"
    async with other.reading() as session:
        assert await editions.kept(session, "organisations", there, key="test") == "总部"
    await other.dispose()


async def test_a_change_that_is_taken_back_leaves_nothing_behind(world: World) -> None:
    names = Reader()
    async with world.database.transaction() as session:
        await renamed(session, "总部")
        assert await editions.kept(session, "organisations", names, key="test") == "总部"
        await session.rollback()
    async with world.database.transaction() as session:
        await renamed(session, "本部")
    async with world.database.reading() as session:
        assert await editions.kept(session, "organisations", names, key="test") == "本部"
