from sqlalchemy import func, select

from casebackend.organisations import queries, service
from casebackend.organisations.model import Organisation
from tests.world import World


async def test_seeding_again_adds_nothing_and_keeps_what_was_changed(world: World) -> None:
    async with world.database.transaction() as session:
        branch = await queries.by_code(session, "1001")
        assert branch is not None
        branch.aliases = ["朝阳老店"]
        before = await session.scalar(select(func.count()).select_from(Organisation))
        await service.seed(session)
        assert await session.scalar(select(func.count()).select_from(Organisation)) == before
        assert branch.aliases == ["朝阳老店"]


async def test_the_bank_is_one_tree_of_head_branches_and_subbranches(world: World) -> None:
    async with world.database.reading() as session:
        head = await queries.by_code(session, "0000")
        beijing = await queries.by_code(session, "1000")
        assert head is not None
        assert beijing is not None
        everything = await session.scalar(select(func.count()).select_from(Organisation))
        assert len(await queries.subtree(session, head.id)) == everything
        assert len(await queries.subtree(session, beijing.id)) == 4
        levels = list(await session.scalars(select(Organisation.level)))
        assert (levels.count("head"), levels.count("branch"), levels.count("subbranch")) == (1, 3, 9)
        assert len(await queries.all_names(session)) == everything
