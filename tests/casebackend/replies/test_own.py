"""A colleague's own wordings: his alone, versioned; when he leaves, offered to his unit for a while."""

from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import func, select

from casebackend.audit.model import AuditEntry
from casebackend.replies import leaving
from casebackend.replies.model import CannedReply, ReplyVersion
from casebackend.replies.rules import MOST_OWN
from tests.casebackend.people.admins import Office
from tests.casebackend.replies.desks import WORDS, Replies, slug
from tests.world import World


@pytest_asyncio.fixture
async def desk(world: World) -> Replies:
    return Replies(world)


async def test_it_is_written_changed_by_version_and_dropped(desk: Replies) -> None:
    made = await desk.made("agent", "/own-replies")
    at = f"/own-replies/{made['id']}"
    assert (made["number"], made["version"], made["uses"]) == (1, 1, 0)
    better = WORDS | {"text": "{客户称呼}，您好，仍在核查。"}
    changed = (await desk.puts("agent", at, better, 1)).json()
    assert (changed["number"], changed["version"]) == (2, 2)
    assert [each["number"] for each in changed["versions"]] == [2, 1]
    assert changed["versions"][1]["text"] == WORDS["text"]
    assert (await desk.puts("agent", at, better, 2)).json()["number"] == 2, "the same words are no new version"
    assert slug(await desk.puts("agent", at, better, 1)) == (412, "version-passed")
    bad = await desk.puts("agent", at, WORDS | {"text": "请放心，一定退"}, 2)
    assert slug(bad) == (422, "canned-reply-not-sayable")
    client = await desk.browser("agent")
    assert (await client.delete(f"/api/v1{at}", headers={"If-Match": '"1"'})).status_code == 412
    assert (await client.delete(f"/api/v1{at}", headers={"If-Match": '"2"'})).status_code == 204
    assert slug(await client.get(f"/api/v1{at}")) == (404, "canned-reply-not-found")
    async with desk.world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ReplyVersion)) == 0
        noted = (await session.scalars(select(AuditEntry).where(AuditEntry.event.startswith("reply.")))).all()
        assert [each.event for each in noted] == ["reply.written", "reply.changed", "reply.dropped"]
        assert not any("核查" in str(each.detail) for each in noted)


async def test_nobody_else_sees_it_not_even_who_leads(desk: Replies) -> None:
    made = await desk.made("agent", "/own-replies")
    receipt = await desk.world.says("年费怎么收了两次")
    for login in ("lead", "supervisor"):
        assert slug(await desk.reads(login, f"/own-replies/{made['id']}")) == (404, "canned-reply-not-found")
        assert slug(await desk.puts(login, f"/own-replies/{made['id']}", WORDS)) == (404, "canned-reply-not-found")
        assert slug(await desk.reads(login, f"/team-replies/{made['id']}")) == (404, "canned-reply-not-found")
        assert (await desk.reads(login, "/own-replies")).json()["items"] == []
        assert not [each for each in await desk.offered(login, receipt.conversation_id) if each["id"] == made["id"]]
        use = {"reach": "personal", "id": made["id"], "version": 1, "target": "talk"}
        used = await desk.posts(login, f"/conversations/{receipt.conversation_id}/reply-uses", use)
        assert slug(used) == (404, "canned-reply-not-found")


async def test_lists_go_on_by_cursor_and_have_an_end(desk: Replies) -> None:
    for number in "一二三":
        desk.world.wait(minutes=1)
        await desk.made("agent", "/own-replies", title=f"第{number}条")
    first = (await desk.reads("agent", "/own-replies?limit=2")).json()
    rest = (await desk.reads("agent", f"/own-replies?limit=2&cursor={first['next']}")).json()
    assert [each["title"] for each in first["items"] + rest["items"]] == ["第三条", "第二条", "第一条"]
    assert rest["next"] is None
    author = (await _rows(desk.world))[0].user_id
    async with desk.world.database.transaction() as session:
        session.add_all(_of(author, desk) for _ in range(MOST_OWN - 3))
    assert slug(await desk.posts("agent", "/own-replies")) == (409, "too-many-canned-replies")


async def test_the_wordings_of_who_leaves_wait_for_the_lead_of_his_unit_for_thirty_days(world: World) -> None:
    desk, office = Replies(world), Office(world)
    own = await desk.made("agent", "/own-replies")
    other = await desk.made("agent", "/own-replies", title="查询进度")
    team = await desk.approved("agent")
    waiting = await desk.made("agent", "/team-replies", title="另一条")
    agent = await office.user("agent")
    await office.done("admin", "POST", f"/users/{agent.id}/leaving", {"successor_id": None, "reason": "离职"}, read=1)
    seen = (await desk.reads("lead", "/team-replies?state=waiting")).json()["items"]
    assert {each["id"] for each in seen} == {waiting["id"], own["id"], other["id"]}
    taken = await desk.posts("lead", f"/team-replies/{own['id']}/decision", {"decision": "approved"})
    assert taken.json()["state"] == "in_use"
    decided = await desk.posts("lead", f"/team-replies/{waiting['id']}/decision", {"decision": "approved"})
    assert decided.json()["state"] == "in_use"
    async with world.database.reading() as session:
        left = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "user.left"))).one()
        assert left.detail["replies"] == 2
    for days, there in ((29, True), (2, False)):
        world.wait(days=days)
        async with world.database.transaction() as session:
            assert await leaving.forget(session, now=world.time) == (0 if there else 1)
        assert (other["id"] in {str(each.id) for each in await _rows(world)}) is there
    assert {str(each.id) for each in await _rows(world)} == {team["id"], waiting["id"], own["id"]}


async def _rows(world: World) -> list[CannedReply]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(CannedReply).order_by(CannedReply.created_at)))


def _of(author: UUID, desk: Replies) -> CannedReply:
    return CannedReply(
        id=uuid4(), reach="personal", user_id=author, state="in_use", title="稍候", text="请您稍候", number=1,
        created_at=desk.world.time, changed_at=desk.world.time,
    )  # fmt: skip
