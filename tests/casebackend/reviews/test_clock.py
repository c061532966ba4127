"""The clock of a review calls its reviewer, and an open review keeps its complaint out of the archive."""

from sqlalchemy import select

from casebackend.cases.jobs import archive_due
from casebackend.notices.model import Notice
from casebackend.reviews.queries import holding
from casebackend.staff.model import User
from tests.casebackend.cases.builders import Desk, case_of
from tests.casebackend.families.builders import closes, holds
from tests.casebackend.reviews.test_routes import FOUND, applied, decided, sure
from tests.casebackend.workers import worker
from tests.world import World


async def test_an_overdue_review_calls_its_reviewer(world: World) -> None:
    case_id, number = await decided(world)
    desk = Desk(world)
    review = await applied(desk, number)
    await sure(desk, "branch", review, "accept")
    world.wait(days=31)
    await worker(world).tick()
    async with world.database.reading() as session:
        reviewer = await session.scalar(select(User.id).where(User.login == "branch"))
        told = select(Notice.user_id).where(Notice.case_id == case_id, Notice.kind == "clock.overdue")
        assert reviewer in set(await session.scalars(told))
    late = (await Desk(world).reads("branch", f"/reviews/{review['id']}")).json()
    assert late["overdue"] is True
    assert await holds(world) == []


async def test_an_open_review_keeps_its_complaint_out_of_the_archive(world: World) -> None:
    case_id, number = await decided(world)
    await closes(world, case_id)
    desk = Desk(world)
    review = await applied(desk, number)
    world.wait(days=61)
    desk = Desk(world)
    async with world.database.transaction() as session:
        assert await archive_due(session, now=world.time, held=holding()) == 0
    for move, body in (("accept", {}), ("begin", {}), ("decide", {"outcome": "upheld", **FOUND})):
        await sure(desk, "branch", review, move, **body)
    await sure(desk, "branch", review, "notify", told_by="letter", told_proof="回执")
    await sure(desk, "branch", review, "close")
    async with world.database.transaction() as session:
        assert await archive_due(session, now=world.time, held=holding()) == 1
    assert (await case_of(world, case_id)).status == "archived"
