"""An open case that was told something by an older version is looked at again."""

from sqlalchemy import update

from casebackend.assist import impacts
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from tests.casebackend.cases.builders import filed
from tests.casebackend.curation.desks import Curation, slug
from tests.casebackend.workers import worker
from tests.world import World


async def inserted(desk: Curation, conversation_id: object) -> tuple[str, int]:
    """The entry of the first card, put into a reply by the agent; the second was only shown."""
    agent = await desk.browser("agent")
    cards = (await desk.reads("agent", f"/conversations/{conversation_id}/suggestions")).json()["cards"]
    answer = await agent.post(f"/api/v1/suggestions/{cards[0]['use_id']}/inserted")
    assert answer.status_code == 204, answer.text
    return str(cards[0]["article_id"]), int(cards[0]["version"])


async def test_what_cites_an_overtaken_version_is_listed_once_until_somebody_has_reviewed_it(world: World) -> None:
    desk = Curation(world)
    receipt, done = await filed(world), await filed(world, sender="customer-2")
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        other = await session.get_one(Case, done.case_id)
        conversations = case.conversation_id, other.conversation_id
        await session.execute(update(Case).where(Case.id == done.case_id).values(status=Status.CLOSED))
    cited = {await inserted(desk, each) for each in conversations}
    assert len(cited) == 1
    [(article_id, version)] = cited
    async with world.database.transaction() as session:
        await impacts.on_published(session, {"article_id": article_id, "version": version}, world.time)
    assert (await desk.reads("curator", "/curation/impacts")).json()["items"] == [], "it cites what was just published"
    ticking = worker(world)
    published = await desk.published(id=article_id)
    await ticking.tick()
    await desk.took("lead", published, "retire", opinion="口径作废")
    await ticking.tick()
    [impact] = (await desk.reads("curator", f"/curation/impacts?article={article_id}&reviewed=0")).json()["items"]
    assert (impact["case_id"], impact["version"]) == (str(receipt.case_id), version)

    curator = await desk.browser("curator")
    shown = (await curator.get("/curation?tab=impacts")).text
    assert (receipt.number in shown, "您范围以外的一件在办投诉" in shown) == (False, True), "a curator sees no case"
    assert f"/cases/{receipt.number}" in (await (await desk.browser("lead")).get("/curation?tab=impacts")).text
    here = f"/curation/impacts/{impact['id']}/review"
    assert (await curator.post(here, data={"version": "9"})).status_code == 409
    path = f"/api/v1/curation/impacts/{impact['id']}/review"
    assert slug(await curator.post(path, headers={"If-Match": '"9"'})) == (412, "version-passed")
    answer = await curator.post(path, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["reviewed_at"] is not None) == (200, True)
    again = await curator.post(path, headers={"If-Match": answer.headers["ETag"]})
    assert again.json() == answer.json()
    assert (await desk.reads("curator", "/curation/impacts?reviewed=0")).json()["items"] == []
    assert (await desk.reads("agent", "/curation/impacts")).status_code == 403
