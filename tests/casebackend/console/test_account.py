from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_everybody_looks_up_his_own_logins_by_period_and_nobody_elses(world: World) -> None:
    async with await staff(world, "lead"):
        world.wait(days=2)
    async with await staff(world, "agent") as agent:
        shown = (await agent.get("/account?from=2026-03-04&to=2026-03-04")).text
        assert shown.count('data-label="结果"') == 1
        earlier = (await agent.get("/account?from=2026-03-02&to=2026-03-03")).text
        assert earlier.count('data-label="结果"') == 0
        assert (await agent.get("/account?from=2026-13-01")).status_code == 400
