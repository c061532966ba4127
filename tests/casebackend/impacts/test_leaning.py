"""A wording that was made from an entry is looked at again when the entry changes."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from casebackend.notices.model import Notice
from casebackend.replies.model import CannedReply
from tests.casebackend.curation.desks import LAW, Curation, slug
from tests.casebackend.replies.desks import WORDS, Replies
from tests.casebackend.workers import worker
from tests.world import World


async def test_a_personal_and_a_team_wording_are_listed_and_their_writers_told(world: World) -> None:
    desk, people, ticking = Curation(world), Replies(world), worker(world)
    entry = await desk.published()
    made = {"article_id": entry["id"], "article_version": 1}
    own = (await people.posts("agent", "/own-replies", WORDS | made)).json()
    team = (await people.posts("outlet", "/team-replies", WORDS | made)).json()
    plain = await people.made("agent", "/own-replies", title="没有出处")
    assert (own["article_id"], own["article_version"], own["newest"]) == (entry["id"], 1, 1)
    assert plain["article_id"] is None

    second = await desk.approved(id=entry["id"], text=LAW["text"].replace("七", "五"))
    at = f"/curation/articles/{entry['id']}/2"
    assert (await desk.reads("lead", f"{at}/affected")).json() == {"cases": 0, "numbers": [], "replies": 2}
    await desk.took("branch", second, "publish")
    await ticking.tick()
    items = (await desk.reads("curator", f"/curation/impacts?article={entry['id']}")).json()["items"]
    assert {(each["reply_id"], each["version"]) for each in items} == {(own["id"], 1), (team["id"], 1)}
    page = (await (await desk.browser("curator")).get("/curation?tab=impacts")).text
    assert "一条个人常用语（已通知本人）" in page
    assert f"/replies/team/{team['id']}" in page
    assert WORDS["title"] not in page, "whose words are his own are nobody else's"
    async with world.database.reading() as session:
        told = (await session.scalars(select(Notice).where(Notice.kind == "article.changed"))).all()
        owners = (await session.scalars(select(CannedReply.user_id).where(CannedReply.article_id == entry["id"]))).all()
    assert {each.user_id for each in told} == set(owners)


async def test_who_compared_his_wording_with_the_new_version_is_at_peace(world: World) -> None:
    desk, people, ticking = Curation(world), Replies(world), worker(world)
    entry = await desk.published()
    agent = await people.browser("agent")
    begun = (await agent.get(f"/replies?article={entry['id']}&version=1")).text
    assert f'name="article_id" value="{entry["id"]}"' in begun
    form = WORDS | {"article_id": entry["id"], "article_version": "1"}
    assert (await agent.post("/replies/own", data=form)).status_code == 303
    [row] = (await people.reads("agent", "/own-replies")).json()["items"]
    await desk.published(id=entry["id"])
    await ticking.tick()
    here = f"/replies/own/{row['id']}"
    page = (await agent.get(here)).text
    assert "该条目已有" in page
    assert re.search(r'name="article_version" value="2"', page)
    unticked = WORDS | {"version": "1", "article_id": entry["id"]}
    assert (await agent.post(here, data=unticked)).status_code == 303
    assert "该条目已有" in (await agent.get(here)).text
    assert (await agent.post(here, data=unticked | {"article_version": "2"})).status_code == 303
    assert "该条目已有" not in (await agent.get(here)).text


async def test_what_is_in_use_keeps_its_origin_until_the_change_is_approved(world: World) -> None:
    desk, people = Curation(world), Replies(world)
    entry = await desk.published()
    team = await people.approved(article_id=entry["id"], article_version=1)  # type: ignore[arg-type]
    await desk.published(id=entry["id"])
    changed = WORDS | {"text": "{客户称呼}，补卡请到网点办理。", "article_id": entry["id"], "article_version": 2}
    waiting = (await people.puts("agent", f"/team-replies/{team['id']}", changed)).json()
    assert (waiting["article_version"], waiting["newest"]) == (1, 2)
    decided = await people.posts("lead", f"/team-replies/{team['id']}/decision", {"decision": "approved"})
    assert decided.json()["article_version"] == 2


async def test_no_wording_is_made_from_what_was_never_published(world: World) -> None:
    desk, people = Curation(world), Replies(world)
    draft = await desk.drafts()
    made = {"article_id": draft["id"], "article_version": 1}
    assert slug(await people.posts("agent", "/own-replies", WORDS | made)) == (404, "article-unknown")
    half = {"article_id": draft["id"]}
    assert (await people.posts("agent", "/own-replies", WORDS | half)).status_code in (400, 422)
    agent = await people.browser("agent")
    assert (await agent.get(f"/replies?article={draft['id']}&version=1")).status_code == 404


async def test_what_rests_on_an_overtaken_entry_is_marked_and_on_one_that_ended_not_offered_until_it_is_rewritten(
    world: World,
) -> None:
    desk, people = Curation(world), Replies(world)
    entry = await desk.published()
    made = {"article_id": entry["id"], "article_version": 1}
    own = (await people.posts("agent", "/own-replies", WORDS | made)).json()
    team = await people.approved(**made)
    conversation = (await world.says("卡掉了怎么补")).conversation_id
    at = f"/conversations/{conversation}/reply-uses"

    async def offered() -> dict[str, tuple[str | None, str | None]]:
        found = await people.offered("agent", conversation, WORDS["title"])
        return {each["id"]: (each["outdated"], each["blocked"]) for each in found}

    def use(row: dict[str, Any], reach: str) -> dict[str, Any]:
        return {"reach": reach, "id": row["id"], "version": row["number"], "target": "talk"}

    assert await offered() == {own["id"]: (None, None), team["id"]: (None, None)}
    ahead = (world.time + timedelta(days=5)).date().isoformat()
    newer = await desk.published(id=entry["id"], effective_from=ahead)
    assert await offered() == {own["id"]: (None, None), team["id"]: (None, None)}, "the older one still counts"
    world.wait(days=5)
    desk.browsers.clear()
    people.browsers.clear()
    told = "所依据的知识条目已有第2版，请核对后使用"
    assert await offered() == {own["id"]: (told, None), team["id"]: (told, None)}
    page = await (await people.browser("agent")).get(f"/console/conversations/{conversation}/replies")
    assert page.text.count(told) == 2
    assert (await people.posts("agent", at, use(own, "personal"))).status_code == 201

    await desk.took("lead", newer, "retire", opinion="口径作废")
    ended = "所依据的知识条目已失效，请改写"
    assert await offered() == {own["id"]: (None, ended), team["id"]: (None, ended)}
    for row, reach in ((own, "personal"), (team, "team")):
        assert slug(await people.posts("agent", at, use(row, reach))) == (409, "entry-not-in-force")
    await people.puts("agent", f"/own-replies/{own['id']}", WORDS | {"title": "安抚等待二"})
    assert (await offered())[own["id"]] == (None, ended), "the same words under another title"
    await people.puts("agent", f"/own-replies/{own['id']}", WORDS | {"text": "{客户称呼}，正在核对，请您稍候。"})
    assert (await offered())[own["id"]] == (None, None)
