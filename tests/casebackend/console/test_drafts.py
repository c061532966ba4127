from tests.casebackend.cases.builders import drafted
from tests.casebackend.staff.logins import staff
from tests.world import World

MARK = "待回电"


async def test_a_draft_untouched_for_a_day_asks_for_a_call_and_stands_first(world: World) -> None:
    old, _ = await drafted(world, sender="old")
    async with await staff(world, "agent") as agent:
        assert MARK not in (await agent.get("/drafts")).text
    world.wait(hours=24)
    new, _ = await drafted(world, sender="new")
    async with await staff(world, "agent") as agent:
        page = (await agent.get("/drafts")).text
    assert page.count(MARK) == 1
    assert page.index(MARK) < page.index(f"/drafts/{old}") < page.index(f"/drafts/{new}")
