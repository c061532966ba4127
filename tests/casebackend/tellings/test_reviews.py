"""The outcome of a 核查 that did not arrive has been told to nobody: its clock runs on until somebody proves it."""

from uuid import UUID

from casebackend.conversations.rules import Channel
from casebackend.reviews.model import Review
from tests.casebackend.cases.around import holds, refused, ticked
from tests.casebackend.cases.builders import Desk
from tests.casebackend.cases.test_arriving import carried
from tests.casebackend.reviews.test_routes import FOUND, applied, decided, moves, sure
from tests.casebackend.tellings.builders import clocks, demands, owed, tells
from tests.world import World


async def notified(world: World, outcome: str) -> tuple[Desk, str, Review]:
    """Decided and said over our own channel, which ends like this."""
    _, number = await decided(world)
    desk = Desk(world)
    review = await applied(desk, number)
    for move in ("accept", "begin"):
        await sure(desk, "branch", review, move)
    await sure(desk, "branch", review, "decide", outcome="changed", **FOUND)
    await sure(desk, "branch", review, "notify", told_by="channel")
    await carried(world, outcome, channel=Channel.WEBCHAT, said="核查决定")
    await ticked(world)
    return desk, number, await row(world, review["id"])


async def row(world: World, review_id: str | UUID) -> Review:
    async with world.database.reading() as session:
        return await session.get_one(Review, UUID(str(review_id)))


async def test_a_lost_notice_comes_back_as_a_demand_and_the_limit_of_law_runs_on(world: World) -> None:
    desk, number, review = await notified(world, "failed")
    assert review.notified_at is None
    [clock] = await clocks(world, review.id, "review.decide")
    assert (clock.stopped_at, clock.next_at is not None) == (None, True)
    [demand] = await demands(world, number)
    assert (demand.values["what"], demand.link.endswith("#tellings")) == ("核查结果", True)
    [duty] = await owed(desk, number)
    assert (duty["open"], duty["text"].startswith("【核查决定】")) == (True, True)
    shown = (await desk.reads("branch", f"/reviews/{review.id}")).json()
    assert shown["allowed"] == []
    closed = await moves(desk, "branch", shown, "close")
    assert refused(closed) == (409, "review-untold")
    assert refused(await tells(desk, number, duty, login="agent")) == (403, "may-not-tell-this")

    world.wait(hours=25)
    desk.browsers.clear()
    await ticked(world)
    assert len(await demands(world, number)) == 2
    [duty] = await owed(desk, number)
    assert (await tells(desk, number, duty, login="branch")).status_code == 200
    told = await row(world, review.id)
    assert (told.notified_at, told.told_by, told.told_proof) == (world.time, "letter", "挂号信 XA100012345CN")
    [clock] = await clocks(world, review.id, "review.decide")
    assert (clock.stopped_at, clock.stop_reason) == (world.time, "done")
    shown = (await desk.reads("branch", f"/reviews/{review.id}")).json()
    await sure(desk, "branch", shown, "close")
    await holds(world)


async def test_what_arrives_late_counts_from_then(world: World) -> None:
    _, number, review = await notified(world, "held")
    world.wait(days=2)
    await world.says("我回来了")
    await carried(world, "sent", channel=Channel.WEBCHAT)
    await ticked(world)
    told = await row(world, review.id)
    assert told.notified_at == world.time
    [clock] = await clocks(world, review.id, "review.decide")
    assert clock.stopped_at == world.time
    [duty] = await owed(Desk(world), number)
    assert not duty["open"]
    await holds(world)
