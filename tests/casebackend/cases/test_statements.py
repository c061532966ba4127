"""How many statements a page or a request may take; bench/cases.py measures the same among a million cases."""

from uuid import uuid4

import pytest

from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.cases.copies import copied
from tests.casebackend.registration.takers import STORY
from tests.statements import counted
from tests.world import World

REGISTER, LIST, CASE = 25, 10, 20


@pytest.fixture
async def number(world: World) -> str:
    receipt = await filed(world)
    for _ in range(30):
        await copied(world, receipt.case_id)
    return receipt.number


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/cases/{}", CASE),
        ("/api/v1/cases/{}", CASE),
        ("/queue?tab=todo", LIST),
        ("/query?status=pending_review&channel=webchat&unit=none&received_from=2026-01-01&severity=x", LIST),
        ("/api/v1/cases/?queue=todo", LIST),
        ("/api/v1/cases/?status=pending_review&channel=webchat&received_from=2026-01-01", LIST),
        ("/api/v1/handlings/?mode=submit", LIST),
        ("/api/v1/reports/unit?from=2026-01-01&to=2026-12-31", LIST),
    ],
)
async def test_what_is_read_takes_few_statements_however_long_the_list(
    world: World, number: str, path: str, most: int
) -> None:
    client = await Desk(world).browser("supervisor")
    assert (await client.get(path.format(number))).status_code == 200
    with counted(world) as said:
        assert (await client.get(path.format(number))).status_code == 200
    assert len(said) <= most, "\n".join(said)


async def test_registering_takes_few_statements(world: World) -> None:
    client = await Desk(world).browser("agent")
    for _ in range(2):
        with counted(world) as said:
            answer = await client.post("/api/v1/cases/", json=STORY, headers={"Idempotency-Key": uuid4().hex})
            assert answer.status_code == 201, answer.text
    assert len(said) <= REGISTER, "\n".join(said)
