"""Two colleagues at once: what was read is compared once, with what stands when one's turn has come."""

import asyncio

import pytest

from casebackend.api.cases import Classify
from casebackend.cases import coding
from casebackend.cases.filing import SYSTEM
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World


@pytest.mark.parametrize(("read", "status"), [('"2"', 200), ('"1"', 412)])
@pytest.mark.parametrize(
    ("path", "body"),
    [("moves", {"move": "accept"}), ("classification", {"category_b": "票据", "reason": "核对"})],
)
async def test_whoever_waited_for_a_colleague_is_measured_by_what_the_colleague_left(
    world: World, read: str, status: int, path: str, body: dict[str, str]
) -> None:
    receipt, desk = await filed(world), Desk(world)
    lead = await desk.browser("lead")
    async with world.database.transaction() as session:
        command = Classify(category_b="贷款", reason="同事先改")
        case = await coding.classify(session, receipt.case_id, command, match="*", principal=SYSTEM, now=world.time)
        assert case.version == 2
        waiting = asyncio.create_task(
            lead.post(f"/api/v1/cases/{receipt.number}/{path}", json=body, headers={"If-Match": read})
        )
        await asyncio.sleep(0.3)
        assert not waiting.done()
    answer = await waiting
    assert answer.status_code == status, answer.text
    if status == 412:
        assert answer.json()["current"] == 2
