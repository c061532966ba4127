"""What is published holds at once; what follows it, replaces it or ends it leaves it to be read."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from casebackend import editions
from casebackend.curation import jobs, queries
from casebackend.curation.model import Article
from casebackend.outbox.model import OutboxMessage
from knowledge.articles import close_superseded
from tests.casebackend.curation.desks import LAW, Curation, slug
from tests.casebackend.workers import worker
from tests.world import World

ON = date(2026, 3, 2)
QUESTION = "我的卡掉了要怎么补办一张"


def later(desk: Curation, **duration: float) -> None:
    desk.world.wait(**duration)
    desk.browsers.clear()


async def told(world: World) -> list[tuple[str, str, int]]:
    async with world.database.reading() as session:
        rows = await session.scalars(
            select(OutboxMessage).where(OutboxMessage.topic.like("knowledge.%")).order_by(OutboxMessage.created_at)
        )
        return [(row.topic, row.payload["article_id"], row.payload["version"]) for row in rows]


async def in_force(world: World, article_id: str, on: date) -> list[int]:
    async with world.database.reading() as session:
        known = close_superseded(await queries.published(session))
    return [each.version for each in known if each.id == article_id and each.in_force(on)]


async def test_a_new_version_ends_the_one_before_it_on_the_day_before(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    async with world.database.reading() as session:
        edition = await session.scalar(select(editions.Edition.edition).where(editions.Edition.name == "knowledge"))
    assert edition
    early = await desk.drafts(id=first["id"], effective_from="2026-03-01")
    assert (early["version"], early["questions"]) == (2, LAW["questions"])
    refused = await desk.step("curator", early, "submit")
    assert (slug(refused), refused.json()["problems"]) == (
        (422, "article-incomplete"), ["生效日早于第1版的生效日2026-03-02"],
    )  # fmt: skip
    await desk.took("curator", early, "withdraw")
    second = await desk.published(id=first["id"], text="五个工作日内可领取新卡。", effective_from="2026-03-10")
    assert second["version"] == 3, "a number that was given away is not given twice"
    assert await in_force(world, first["id"], date(2026, 3, 9)) == [1]
    assert await in_force(world, first["id"], date(2026, 3, 10)) == [3]
    old = await desk.article(first)
    assert (old["text"], old["status"]) == (LAW["text"], "published")
    assert sorted(await told(world)) == [
        ("knowledge.published", first["id"], 1), ("knowledge.published", first["id"], 3),
        ("knowledge.took_over", first["id"], 3),
    ]  # fmt: skip


async def test_an_entry_is_retired_with_a_reason_and_no_older_version_comes_back(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    second = await desk.published(id=first["id"], text="五个工作日内可领取新卡。")
    assert slug(await desk.step("supervisor", first, "retire")) == (409, "article-step-impossible")
    assert slug(await desk.step("supervisor", second, "retire", opinion="")) == (422, "article-opinion-missing")
    assert slug(await desk.step("supervisor", second, "retire", on="2026-03-01")) == (422, "article-retire-day")
    assert slug(await desk.step("curator", second, "retire")) == (403, "article-step-not-yours")
    planned = await desk.took("supervisor", second, "retire", on="2026-03-12", opinion="新规三月十二日施行")
    assert (planned["status"], planned["effective_to"]) == ("published", "2026-03-11")
    await worker(world).tick()
    assert await in_force(world, first["id"], date(2026, 3, 11)) == [2]
    later(desk, days=14)
    ticking = worker(world)
    await ticking.tick()
    await ticking.tick()
    assert await in_force(world, first["id"], date(2026, 3, 2)) == []
    assert [(await desk.article(each))["status"] for each in (first, second)] == ["retired", "retired"]
    assert (await told(world))[2:] == [("knowledge.retired", first["id"], 2)]
    again = await desk.published(id=first["id"], effective_from="2026-03-16")
    assert await in_force(world, first["id"], date(2026, 3, 16)) == [again["version"]]
    gone = await desk.took("lead", again, "retire", opinion="重复")
    assert gone["status"] == "retired", "today means at once"
    assert await in_force(world, first["id"], date(2026, 3, 16)) == []


async def test_a_version_to_come_is_taken_back_alone_and_what_is_in_force_stays(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    wrong = await desk.published(id=first["id"], text="当日领取新卡。", effective_from="2026-04-01")
    page = (await (await desk.browser("supervisor")).get(f"/curation/articles/{wrong['id']}/2")).text
    assert "只撤下本版，此前的版本继续有效" in page
    gone = await desk.took("supervisor", wrong, "retire", opinion="时限写错")
    assert (gone["status"], (await desk.article(first))["status"]) == ("retired", "published")
    for on in (world.time.date(), date(2026, 4, 2)):
        assert await in_force(world, first["id"], on) == [1]
    right = (await desk.posts("curator", "/articles", {"id": first["id"]})).json()
    assert (right["version"], right["text"]) == (3, LAW["text"]), "what was taken back is not copied from"
    await desk.took("curator", right, "withdraw")
    assert (await desk.took("supervisor", first, "retire"))["status"] == "retired"
    assert await in_force(world, first["id"], world.time.date()) == []


async def test_a_version_to_come_that_is_to_end_later_ends_as_any_other(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    second = await desk.published(id=first["id"], text="当日领取新卡。", effective_from="2026-04-01")
    planned = await desk.took("supervisor", second, "retire", on="2026-04-02")
    assert (planned["status"], planned["effective_to"]) == ("published", "2026-04-01")
    assert await in_force(world, first["id"], date(2026, 3, 31)) == [1]
    assert await in_force(world, first["id"], date(2026, 4, 1)) == [2]
    assert await in_force(world, first["id"], date(2026, 4, 2)) == []


async def test_what_counted_on_a_day_is_what_was_published_by_then(world: World) -> None:
    desk = Curation(world)
    own: dict[str, Any] = {"kind": "业务知识", "clause": None, "evidence": None}
    first = await desk.published(**own)
    second = await desk.drafts(**own, id=first["id"], text="五个工作日内可领取新卡。")
    rule: dict[str, Any] = {"title": "挂失条款", "questions": ["挂失看哪一条"]}
    law = await desk.drafts(**rule, id=(await desk.published(**rule))["id"], text="挂失看第九条。")
    assert second["effective_from"] == "2026-03-02"
    later(desk, days=5)
    for article in (second, law):
        for login, step in (("curator", "submit"), ("lead", "check"), ("supervisor", "approve"), ("branch", "publish")):
            await desk.took(login, article, step)
    assert (await desk.article(second))["effective_from"] == "2026-03-07"
    assert await in_force(world, first["id"], date(2026, 3, 5)) == [1]
    assert await in_force(world, first["id"], date(2026, 3, 7)) == [2]
    assert (await desk.article(law))["effective_from"] == "2026-03-02", "the day of a rule is its own"


async def test_what_would_have_ended_before_it_is_published_is_refused(world: World) -> None:
    desk = Curation(world)
    own: dict[str, Any] = {"kind": "业务知识", "clause": None, "evidence": None}
    article = await desk.approved(**own, effective_to="2026-03-04")
    late = await desk.drafts(**own, title="补卡时限", questions=["几天有新卡"], effective_to="2026-03-04")
    later(desk, days=5)
    refused = (await desk.step("branch", article, "publish"), await desk.step("curator", late, "submit"))
    assert [slug(each) for each in refused] == [(422, "article-incomplete")] * 2
    assert [each.json()["problems"] for each in refused] == [["失效日早于可以发布的日子，请改期"]] * 2
    assert (await desk.article(article))["status"] == "approved"


async def test_what_was_set_for_an_hour_is_published_then_even_if_the_worker_slept(world: World) -> None:
    desk = Curation(world)
    article = await desk.approved()
    for wrong in (None, world.time - timedelta(minutes=1), world.time + timedelta(days=400)):
        at = wrong.isoformat() if wrong else None
        refused = await desk.step("branch", article, "schedule", publish_at=at)
        assert slug(refused) == (422, "article-publish-moment"), wrong
    at = (world.time + timedelta(hours=20)).isoformat()
    assert (await desk.took("branch", article, "schedule", publish_at=at))["status"] == "approved"
    await worker(world).tick()
    assert (await desk.article(article))["status"] == "approved"
    later(desk, days=3)
    await worker(world).tick()
    published = await desk.article(article)
    assert (published["status"], published["steps"][-1]["by"]) == ("published", None)


async def test_an_entry_that_runs_out_is_told_of_once_and_stays_what_held_then(world: World) -> None:
    desk = Curation(world)
    article = await desk.published(effective_to="2026-03-05")
    later(desk, days=10)
    for _ in range(2):
        await worker(world).tick()
        world.wait(minutes=1)
    assert (await told(world))[1:] == [("knowledge.retired", article["id"], 1)]
    assert await in_force(world, article["id"], date(2026, 3, 5)) == [1]
    async with world.database.reading() as session:
        assert await jobs.to_expire(session, now=world.time) == [], "what ended before it came to us is no news"


async def test_two_answers_to_one_question_are_refused_with_both_texts(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    other: dict[str, Any] = {"title": "补卡时限", "text": "当日领取新卡。", "questions": ["补一张新卡，要几天？"]}
    rival = await desk.drafts(**other)
    refused = await desk.step("curator", rival, "submit")
    assert slug(refused) == (409, "article-conflict")
    [conflict] = refused.json()["conflicts"]
    assert (conflict["text"], conflict["other_id"], conflict["other_text"]) == (
        "当日领取新卡。", first["id"], LAW["text"],
    )  # fmt: skip
    assert [each["other_id"] for each in rival["conflicts"]] == [first["id"]]
    inside = await desk.drafts(**other | {"audience": "internal"})
    assert (await desk.took("curator", inside, "submit"))["status"] == "submitted"


async def test_what_clashes_only_when_its_hour_comes_goes_back_to_its_author(world: World) -> None:
    desk = Curation(world)
    one = await desk.approved()
    other = await desk.approved(title="补卡时限", text="当日领取新卡。")
    at = (world.time + timedelta(hours=1)).isoformat()
    await desk.took("branch", one, "schedule", publish_at=at)
    await desk.took("branch", other, "publish")
    assert slug(await desk.step("branch", one, "publish")) == (409, "article-conflict")
    world.wait(hours=2)
    await worker(world).tick()
    desk.browsers.clear()
    back = await desk.article(one)
    assert (back["status"], back["publish_at"]) == ("returned", None)
    assert back["steps"][-1]["opinion"].startswith("定时发布未成：同一问题已有不同答复")


async def test_merging_takes_the_questions_of_the_other_which_ends_when_this_is_published(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    nearly = await desk.drafts(title="补卡时限", text="当日领取新卡。", questions=["补一张新卡一共要几天"])
    assert [each["other_id"] for each in nearly["near"]] == [first["id"]]
    assert nearly["conflicts"] == []
    path = f"/api/v1/curation/articles/{nearly['id']}/1/merge"
    curator = await desk.browser("curator")
    headers = {"If-Match": f'"{nearly["row_version"]}"'}
    itself = await curator.post(path, json={"other": nearly["id"]}, headers=headers)
    assert slug(itself) == (404, "article-unknown")
    merged = await curator.post(path, json={"other": first["id"]}, headers=headers)
    assert (merged.status_code, merged.json()["supersedes"]) == (200, first["id"])
    assert merged.json()["questions"] == ["补一张新卡一共要几天", *LAW["questions"], LAW["title"]]
    again = await curator.post(path, json={"other": "biz-annual-fee"}, headers={"If-Match": merged.headers["ETag"]})
    assert slug(again) == (409, "article-merged-already")
    for login, step in (("curator", "submit"), ("lead", "check"), ("supervisor", "approve"), ("branch", "publish")):
        await desk.took(login, nearly, step)
    assert (await desk.article(first))["status"] == "retired"
    assert (await told(world))[1:] == [
        ("knowledge.retired", first["id"], 1), ("knowledge.published", nearly["id"], 1),
    ]  # fmt: skip


@pytest.mark.parametrize("former", [None, "2026-09-30"])
async def test_an_entry_that_another_was_to_replace_stays_when_that_one_is_taken_back(
    world: World, former: str | None
) -> None:
    desk = Curation(world)
    first = await desk.published(effective_to=former)
    other = await desk.published(
        title="新的补卡口径", text="当日领取新卡。", questions=["新卡当日能领吗"], supersedes=first["id"],
        effective_from="2026-04-01",
    )  # fmt: skip
    assert (await desk.article(first))["effective_to"] == "2026-03-31"
    world.wait(days=1)
    desk.browsers.clear()
    await desk.took("supervisor", other, "retire", opinion="新规推迟")
    again = await desk.article(first)
    assert (again["status"], again["effective_to"]) == ("published", former)
    assert (again["steps"][-1]["step_label"], again["steps"][-1]["opinion"]) == ("恢复", "《新的补卡口径》第1版已撤下")
    assert await in_force(world, first["id"], date(2026, 4, 2)) == [1]
    world.wait(days=220)
    await worker(world).tick()
    desk.browsers.clear()
    assert (await desk.article(first))["status"] == "published", "its own last day ends it, nobody retired it"


async def test_what_somebody_ended_anew_since_is_not_brought_back(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    other = await desk.published(
        title="新的补卡口径", text="当日领取新卡。", questions=["新卡当日能领吗"], supersedes=first["id"],
        effective_from="2026-04-01",
    )  # fmt: skip
    world.wait(days=1)
    desk.browsers.clear()
    await desk.took("supervisor", first, "retire", on="2026-03-20", opinion="提前失效")
    await desk.took("supervisor", other, "retire", opinion="新规推迟")
    assert (await desk.article(first))["effective_to"] == "2026-03-19"
    world.wait(days=30)
    await worker(world).tick()
    desk.browsers.clear()
    assert (await desk.article(first))["status"] == "retired"


async def test_what_was_published_is_found_by_whoever_asks(world: World) -> None:
    desk = Curation(world)
    knowledge = world.app.ctx.knowledge
    assert "补卡" not in "".join(each.article.title for each in await knowledge.suggest(QUESTION, on=ON))
    article = await desk.published()
    await knowledge.reload()
    assert article["id"] in [each.article.id for each in await knowledge.suggest(QUESTION, on=ON)]
    async with world.database.reading() as session:
        row = await session.get_one(Article, (article["id"], 1))
        assert row.hash


async def test_of_two_answers_published_at_the_same_moment_one_is_refused(world: World) -> None:
    desk = Curation(world)
    first = await desk.approved(questions=[QUESTION])
    second = await desk.approved(questions=[QUESTION], text="十个工作日内可领取新卡。")
    tags = [f'"{(await desk.article(each))["row_version"]}"' for each in (first, second)]
    both = await asyncio.gather(
        *(desk.step("branch", each, "publish", read=tag) for each, tag in zip((first, second), tags, strict=True))
    )
    assert sorted(slug(each) if each.status_code != 200 else (200, "") for each in both) == [
        (200, ""), (409, "article-conflict"),
    ]  # fmt: skip
