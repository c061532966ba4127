"""核查 is for the decision on a consumer complaint: nothing else can be taken to the organisation above."""

from casebackend.matters.rules import MatterType
from tests.casebackend.cases.answering import WAYS, answers, proposed
from tests.casebackend.families.builders import posts, slug
from tests.casebackend.registration.takers import Counter
from tests.world import World

WRITTEN = {"grounds": "不同意处理结果", "form": "document", "document": "书面申请一份"}


async def test_only_a_complaint_is_taken_to_the_organisation_above(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    for matter in MatterType:
        number = await proposed(counter, matter)
        assert (await answers(counter, number, reply_remedies=WAYS[matter])).status_code == 200
        page = (await (await desk.browser("lead")).get(f"/cases/{number}/reviews")).text
        applied = await posts(desk, "lead", f"/cases/{number}/reviews", **WRITTEN)
        if matter is MatterType.COMPLAINT:
            assert applied.status_code == 201, applied.text
            assert "登记核查申请" in page
            continue
        assert slug(applied) == (409, "matter-not-reviewed"), matter
        assert "登记核查申请" not in page
        assert (await desk.reads("lead", f"/cases/{number}/reviews")).json()["items"] == []
