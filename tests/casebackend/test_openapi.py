import re

from casebackend.openapi import OPERATIONS, operations
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_every_route_of_the_interface_is_described_and_no_other(world: World) -> None:
    assert set(OPERATIONS) == set(operations(world.app))
    body = (await world.tester.get("/api/v1/openapi.json")).json()
    described = {(path, method) for path, verbs in body["paths"].items() for method in verbs}
    assert described == {(path, method) for method, path in operations(world.app).values()}


async def test_every_reference_leads_somewhere(world: World) -> None:
    response = await world.tester.get("/api/v1/openapi.json")
    named = set(re.findall(r'"#\\?/components\\?/schemas\\?/(\w+)"', response.text))
    assert named <= set(response.json()["components"]["schemas"])
    assert {"Inbound", "CaseView", "MoveCase", "Problem", "Suggestions"} <= named


async def test_each_route_that_takes_a_body_says_which(world: World) -> None:
    """The exceptions are commands whose path says all."""
    bare = {
        "tasks.receive", "supervision.read", "notices.acknowledge", "handoffs.take", "handoffs.give_back",
        "assist.inserted", "suggestions.opened", "suggestions.copied", "registrations.submit", "tokens.replace",
        "organisations.cancel", "people.enable", "people.reset_password", "dictionaries.cancel", "registrations.take",
        "curation.review", "candidates.to_draft", "phrasings.withdraw",
        "visits.urge", "visits.withdraw", "visits.end",
    }  # fmt: skip
    posts = {name for name, (method, _) in operations(world.app).items() if method == "post"}
    files = {name for name in posts if OPERATIONS[name].form is not None or OPERATIONS[name].raw}
    assert {name for name in posts - files if OPERATIONS[name].request is None} == bare


async def test_colleagues_read_it_on_a_page_of_our_own(world: World) -> None:
    async with await staff(world, "curator") as client:
        page = await client.get("/api-docs")
        assert '<script src="/static/api.js" defer>' in page.text
        assert (await client.get("/api/v1/openapi.json")).status_code == 200
