"""What is asked about and is not there says what is missing."""

from uuid import uuid4

import pytest

from tests.casebackend.curation.desks import Curation
from tests.world import World


@pytest.mark.parametrize(
    ("path", "body", "slug"),
    [
        ("requests/{id}/decision", {"state": "refused", "answer": "与现行规定一致"}, "change-request-unknown"),
        ("impacts/{id}/review", {}, "impact-unknown"),
        ("../phrasings/{id}/decision", {"decision": "accepted"}, "phrasing-not-found"),
        ("../gaps/{id}/decision", {"decision": "dismissed", "reason": "不是本行的事"}, "gap-not-found"),
    ],
)
async def test_nothing_is_decided_about_what_is_not_there(
    world: World, path: str, body: dict[str, str], slug: str
) -> None:
    curator = await Curation(world).browser("curator")
    address = f"/api/v1/curation/{path}".replace("curation/../", "").format(id=uuid4())
    answer = await curator.post(address, json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (404, f"/problems/{slug}")


async def test_an_entry_that_was_never_published_has_no_page(world: World) -> None:
    desk = Curation(world)
    draft = await desk.drafts()
    for id in (draft["id"], "no-such-entry"):
        answer = await (await desk.browser("agent")).get(f"/knowledge/{id}")
        assert answer.status_code == 404
        assert "没有" in answer.text
