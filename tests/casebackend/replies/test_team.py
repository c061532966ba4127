"""The wordings of a unit: proposed by one, approved by another who leads, used by all below."""

from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.organisations.queries import tree
from casebackend.staff.model import User
from tests.casebackend.cases.builders import unit
from tests.casebackend.replies.desks import WORDS, Replies, slug
from tests.casebackend.staff.logins import hired
from tests.world import World

YES = {"decision": "approved"}


@pytest_asyncio.fixture
async def desk(world: World) -> Replies:
    return Replies(world)


async def test_nothing_is_in_use_before_somebody_else_who_leads_approved_it(desk: Replies) -> None:
    receipt = await desk.world.says("年费怎么收了两次")
    made = await desk.made("agent", "/team-replies")
    at = f"/team-replies/{made['id']}"
    assert (made["state"], made["number"], made["pending"]["author"]) == ("proposed", None, "王受理")
    assert not [each for each in await desk.offered("agent", receipt.conversation_id) if each["reach"] == "team"]
    assert (await desk.posts("agent", f"{at}/decision", YES)).status_code == 403
    assert (await desk.posts("lead", f"{at}/decision", {"decision": "refused"})).status_code == 422, "without a reason"
    assert slug(await desk.posts("lead", f"{at}/decision", YES, 9)) == (412, "version-passed")
    done = (await desk.posts("lead", f"{at}/decision", YES, 1)).json()
    assert (done["state"], done["number"], done["pending"]) == ("in_use", 1, None)
    assert slug(await desk.posts("lead", f"{at}/decision", YES)) == (409, "no-pending-canned-reply")
    offered = await desk.offered("agent", receipt.conversation_id, "安抚")
    assert [(each["reach"], each["title"]) for each in offered if each["reach"] != "global"] == [("team", "安抚等待")]
    mine = await desk.made("lead", "/team-replies", title="班长写的")
    assert slug(await desk.posts("lead", f"/team-replies/{mine['id']}/decision", YES)) == (403, "own-canned-reply")
    async with desk.world.database.reading() as session:
        [line] = await session.scalars(select(AuditEntry).where(AuditEntry.event == "reply.approved"))
        assert (line.actor, line.object, line.detail["number"]) == ("staff:lead", f"reply:{made['id']}", 1)


async def test_a_change_waits_while_the_old_words_stay_in_use(desk: Replies) -> None:
    reply = await desk.approved()
    at = f"/team-replies/{reply['id']}"
    await hired(desk.world, "zhou", staff_no="8501", organisation_id=(await _unit(desk, "agent")))
    asked = (await desk.puts("zhou", at, WORDS | {"text": "{客户称呼}，请您稍候。"}, reply["version"])).json()
    assert (asked["state"], asked["text"], asked["pending"]["number"]) == ("in_use", WORDS["text"], 2)
    assert slug(await desk.puts("agent", at, WORDS)) == (409, "another-canned-reply-pending")
    bettered = (await desk.puts("zhou", at, WORDS | {"text": "{客户称呼}，请您再等等。"})).json()
    assert (bettered["pending"]["number"], bettered["versions"][1]["state"]) == (3, "withdrawn")
    waiting = (await desk.reads("lead", "/team-replies?state=waiting")).json()["items"]
    assert [each["id"] for each in waiting] == [reply["id"]]
    refused = await desk.posts("lead", f"{at}/decision", {"decision": "refused", "opinion": "原来的更清楚"})
    assert (refused.json()["state"], refused.json()["number"]) == ("in_use", 1)
    assert refused.json()["versions"][0]["opinion"] == "原来的更清楚"
    await desk.puts("agent", at, WORDS | {"title": "安抚"})
    assert (await desk.posts("lead", f"{at}/decision", YES)).json()["title"] == "安抚"


async def test_a_lead_retires_it_and_nobody_is_offered_it_any_more(desk: Replies) -> None:
    receipt = await desk.world.says("年费怎么收了两次")
    reply = await desk.approved()
    at = f"/team-replies/{reply['id']}"
    assert (await desk.posts("agent", f"{at}/retirement", {"reason": "过时"})).status_code == 403
    gone = (await desk.posts("lead", f"{at}/retirement", {"reason": "口径已变"}, reply["version"])).json()
    assert (gone["state"], gone["reason"]) == ("retired", "口径已变")
    assert slug(await desk.posts("lead", f"{at}/retirement", {"reason": "口径已变"})) == (409, "canned-reply-retired")
    assert slug(await desk.puts("agent", at, WORDS)) == (409, "canned-reply-retired")
    assert not [each for each in await desk.offered("agent", receipt.conversation_id) if each["reach"] == "team"]


async def test_a_unit_uses_what_stands_above_it_and_sees_nothing_beside_it(desk: Replies) -> None:
    branch = await _unit(desk, "outlet", above=1)
    await hired(desk.world, "zhou", staff_no="8501", organisation_id=branch)
    await hired(desk.world, "qian", staff_no="8502", roles=["team_lead"], organisation_id=branch)
    reply = await desk.approved("zhou", "qian")
    at = f"/team-replies/{reply['id']}"
    assert (await desk.reads("outlet", at)).status_code == 200
    await hired(desk.world, "jinan", staff_no="8505", organisation_id=UUID(await unit(desk.world, "济南历下支行")))
    assert slug(await desk.reads("jinan", at)) == (404, "canned-reply-not-found")
    assert (await desk.reads("jinan", "/team-replies")).json()["items"] == []
    below = await _unit(desk, "outlet")
    await hired(desk.world, "wu", staff_no="8503", roles=["team_lead"], organisation_id=below)
    refused = await desk.posts("wu", f"{at}/retirement", {"reason": "不归我管"})
    assert slug(refused) == (404, "canned-reply-not-found")
    assert [each["id"] for each in (await desk.reads("supervisor", "/team-replies")).json()["items"]] == [reply["id"]]
    bad = await desk.posts("outlet", "/team-replies", WORDS | {"text": "{余额}，请打13800138000"})
    assert slug(bad) == (422, "canned-reply-not-sayable")
    await hired(desk.world, "nowhere", staff_no="8504", organisation_id=None)
    assert slug(await desk.posts("nowhere", "/team-replies")) == (422, "canned-reply-without-unit")


async def _unit(desk: Replies, login: str, above: int = 0) -> object:
    async with desk.world.database.reading() as session:
        own = await session.scalar(select(User.organisation_id).where(User.login == login))
        return (await tree(session)).above(own)[above].id
