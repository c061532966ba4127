"""An open case that was told something by an older version is looked at again."""

import re
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from casebackend.assist.model import ReplyUse, SuggestionUse
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.curation.model import Impact
from casebackend.impacts import service as impacts
from casebackend.notices.model import Notice
from casebackend.replies import offering
from casebackend.replies.rules import Reach
from casebackend.staff.model import User
from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.curation.desks import Curation, slug
from tests.casebackend.workers import worker
from tests.world import World


async def inserted(desk: Curation, conversation_id: object, what: str = "inserted") -> tuple[str, int]:
    """The entry of the first card, put into a reply by the agent; the second was only shown."""
    agent = await desk.browser("agent")
    cards = (await desk.reads("agent", f"/conversations/{conversation_id}/suggestions")).json()["cards"]
    answer = await agent.post(f"/api/v1/suggestions/{cards[0]['use_id']}/{what}")
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
    assert impact["id"] not in (await curator.get("/curation?tab=impacts")).text
    reviewed = (await curator.get(f"/curation?tab=impacts&reviewed=1&article={article_id}")).text
    assert ("复核</span>" in reviewed, f"{here}" in reviewed) == (True, False), "who has looked at it stays to be read"
    assert "引用第" not in (await curator.get("/curation?tab=impacts&reviewed=1&article=biz-none")).text
    assert (await curator.get("/curation?tab=impacts&reviewed=2")).status_code == 400
    assert (await desk.reads("agent", "/curation/impacts")).status_code == 403


async def test_an_open_case_of_a_customer_whom_the_bot_told_the_old_text_is_looked_at_again(world: World) -> None:
    """Whom nobody handles yet, nobody is told for but the unit."""
    desk, ticking = Curation(world), worker(world)
    receipt, asked = await filed(world), await world.says("你们信用卡年费怎么收了两次")
    path = f"/api/v1/conversations/{asked.conversation_id}/answer"
    assert (await world.actions.post(path, json={"message_id": str(asked.message_id)})).status_code == 200
    async with world.database.reading() as session:
        use = (await session.scalars(select(SuggestionUse))).one()
    assert (use.user_id, use.case_id, use.origin) == (None, receipt.case_id, "bot")
    await desk.published(id=use.article_id)
    await ticking.tick()
    [impact] = (await desk.reads("curator", f"/curation/impacts?article={use.article_id}")).json()["items"]
    assert (impact["case_id"], impact["version"]) == (str(receipt.case_id), use.version)


async def test_what_was_used_for_one_complaint_touches_no_other_of_the_same_customer(world: World) -> None:
    desk, ticking = Curation(world), worker(world)
    one, two = await filed(world), await filed(world, sender="customer-2")
    conversation = (await case_of(world, one.case_id)).conversation_id
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == two.case_id).values(conversation_id=conversation))
    agent = await desk.browser("agent")
    around = f"/console/conversations/{conversation}"
    cards = {}
    for number in (one.number, two.number):
        page = (await agent.get(f"{around}/suggestions?case={number}")).text
        cards[number] = re.findall(r'data-use="([0-9a-f-]+)"', page)
        assert cards[number] == re.findall(
            r'data-use="([0-9a-f-]+)"', (await agent.get(f"{around}/suggestions?case={number}")).text
        ), "once for each card and case"
    assert not set(cards[one.number]) & set(cards[two.number])
    assert (await agent.post(f"/console/suggestions/{cards[one.number][0]}/inserted")).status_code == 204
    async with world.database.reading() as session:
        use = await session.get_one(SuggestionUse, UUID(cards[one.number][0]))
        script = (await offering.scripts(session, world.time.date()))[0]
    form = {"reach": script.reach, "id": script.id, "version": str(script.version), "target": "form"}
    put = await agent.post(f"{around}/replies", data=form | {"case": two.number})
    assert put.status_code == 200, put.text
    elsewhere = (await filed(world, sender="customer-3")).number
    assert (await agent.post(f"{around}/replies", data=form | {"case": elsewhere})).status_code == 404
    await desk.published(id=use.article_id)
    await desk.published(id=script.id, title="别的口径", questions=["客户骂人怎么应对才好"])
    await ticking.tick()
    async with world.database.reading() as session:
        noted = {each.article_id: each.case_id for each in await session.scalars(select(Impact))}
        told = (await session.scalars(select(Notice.case_id).where(Notice.kind == "article.changed"))).all()
    assert noted == {use.article_id: one.case_id, script.id: two.case_id}
    assert sorted(map(str, told)) == sorted(map(str, noted.values()))
    at = f"/knowledge/health/uses?article={use.article_id}&what=inserted"
    shown = {login: (await (await desk.browser(login)).get(at)).text for login in ("lead", "curator")}
    assert {login: f"/cases/{one.number}" in text for login, text in shown.items()} == {"lead": True, "curator": False}


async def test_who_decides_sees_beforehand_which_open_cases_cite_it_and_their_handlers_are_told_afterwards(
    world: World,
) -> None:
    """Copied counts like inserted, and so does a script of the bank among the canned replies."""
    desk = Curation(world)
    copied, script = await filed(world), await filed(world, sender="customer-2")
    first, second = [await case_of(world, each.case_id) for each in (copied, script)]
    article_id, version = await inserted(desk, first.conversation_id, "copied")
    async with world.database.transaction() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
        await session.execute(update(Case).where(Case.id == first.id).values(handler_id=agent.id))
        session.add(
            ReplyUse(
                reach=Reach.GLOBAL, reply_id=article_id, version=version, user_id=agent.id, target="form",
                conversation_id=second.conversation_id, inserted_at=world.time,
            )
        )  # fmt: skip
    article = await desk.approved(id=article_id)
    here = f"/curation/articles/{article_id}/{article['version']}"
    shown = (await (await desk.browser("supervisor")).get(here)).text
    before = shown.split('id="affected"')[1].split("</section>")[0]
    assert re.findall(r'chip wait">(\d+)<', before) == ["2"]
    assert all(each.number in before for each in (copied, script))
    api = (await desk.reads("lead", f"/curation/articles/{article_id}/{article['version']}/affected")).json()
    assert api == {"cases": 2, "numbers": sorted([copied.number, script.number]), "replies": 0}
    outside = (await (await desk.browser("curator")).get(here)).text
    assert ("另有 2 件在您的范围以外" in outside, copied.number in outside) == (True, False)
    assert "没有在办投诉引用过" in (await (await desk.browser("lead")).get(await _other(desk))).text

    ticking = worker(world)
    await desk.took("branch", article, "publish")
    await ticking.tick()
    await ticking.tick()
    async with world.database.reading() as session:
        told = (await session.scalars(select(Notice).where(Notice.kind == "article.changed"))).all()
        assert {(each.user_id, each.case_id) for each in told} == {(agent.id, first.id), (agent.id, second.id)}
        assert (len(told), {each.values["number"] for each in told}) == (2, {copied.number, script.number})
        noted = (await session.scalars(select(Impact).where(Impact.article_id == article_id))).all()
        assert {each.case_id for each in noted} == {first.id, second.id}
    assert "失效将影响的在办投诉" in (await (await desk.browser("supervisor")).get(here)).text


async def test_what_cites_the_older_version_until_the_newer_one_begins_is_noted_on_that_day(world: World) -> None:
    desk, ticking = Curation(world), worker(world)
    early, late = await filed(world), await filed(world, sender="customer-2")
    first, second = [await case_of(world, each.case_id) for each in (early, late)]
    article_id, version = await inserted(desk, first.conversation_id)
    ahead = (world.time + timedelta(days=8)).date().isoformat()
    await desk.published(id=article_id, effective_from=ahead)
    await ticking.tick()

    async def noted() -> set[UUID | None]:
        async with world.database.reading() as session:
            told = await session.scalars(select(Notice.case_id).where(Notice.kind == "article.changed"))
            cases = set(await session.scalars(select(Impact.case_id).where(Impact.article_id == article_id)))
            assert sorted(map(str, told)) == sorted(map(str, cases)), "each handler once"
            return cases

    assert await noted() == {first.id}
    world.wait(days=2)
    desk.browsers.clear()
    assert await inserted(desk, second.conversation_id) == (article_id, version), "the older one still counts"
    await ticking.tick()
    assert await noted() == {first.id}
    world.wait(days=6)
    await ticking.tick()
    await ticking.tick()
    assert await noted() == {first.id, second.id}


async def test_a_version_that_was_withdrawn_before_its_day_takes_nothing_over(world: World) -> None:
    desk, ticking = Curation(world), worker(world)
    case = await case_of(world, (await filed(world)).case_id)
    article = await desk.published()
    ahead = (world.time + timedelta(days=8)).date().isoformat()
    newer = await desk.published(id=article["id"], effective_from=ahead)
    await desk.took("lead", newer, "retire", opinion="口径作废")
    await ticking.tick()
    async with world.database.transaction() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
        session.add(
            ReplyUse(
                reach=Reach.GLOBAL, reply_id=article["id"], version=1, user_id=agent.id, target="form",
                conversation_id=case.conversation_id, inserted_at=world.time,
            )
        )  # fmt: skip
    world.wait(days=9)
    await ticking.tick()
    async with world.database.reading() as session:
        assert (await session.scalars(select(Impact))).all() == []


async def _other(desk: Curation) -> str:
    fresh = await desk.drafts(title="别的口径", questions=["另外的问题"])
    return f"/curation/articles/{fresh['id']}/{fresh['version']}"
