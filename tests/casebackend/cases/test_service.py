from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.world import World


async def test_a_case_goes_the_whole_way(world: World) -> None:
    receipt = await filed(world)
    assert receipt.number == "TS20260302000001"
    answer = await Desk(world).replied(receipt.case_id)
    assert answer["status"] == "replied"
    case = await case_of(world, receipt.case_id)
    assert case.replied_at == world.time
