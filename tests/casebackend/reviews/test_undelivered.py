"""核查 is applied for within so many days of the telling: a decision that did not arrive starts no period."""

from datetime import timedelta

from casebackend.conversations.rules import Channel
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, case_of
from tests.casebackend.cases.test_arriving import carried
from tests.casebackend.families.builders import holds, posts, slug
from tests.casebackend.reviews.test_routes import WRITTEN, applied, decided
from tests.world import World


async def test_the_period_counts_from_the_notice_that_arrived(world: World) -> None:
    case_id, number = await decided(world)
    await carried(world, "held", channel=Channel.WEBCHAT, said="属实")
    await ticked(world)
    assert (await case_of(world, case_id)).told_at is None
    assert slug(await posts(Desk(world), "lead", f"/cases/{number}/reviews", **WRITTEN)) == (409, "not-decided-yet")
    world.wait(days=40)
    await world.says("我回来了")
    await carried(world, "sent", channel=Channel.WEBCHAT)
    await ticked(world)
    arrived = (await case_of(world, case_id)).told_at
    assert arrived == world.time
    world.wait(days=29)
    review = await applied(Desk(world), number)
    assert (review["late"], review["number"]) == (False, f"{number}-H1")
    assert world.time - arrived == timedelta(days=29)
    assert await holds(world) == []
