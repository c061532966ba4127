"""The same search for programs: bounds, pages, reasons; what is internal stays with colleagues."""

from datetime import date
from typing import Any

import httpx
from sqlalchemy import update

from casebackend.assist import searching_sql
from casebackend.assist.searching import REDUCED
from casebackend.curation.indexing import FOLDER
from casebackend.curation.model import Article
from casebackend.curation.queries import published
from casebackend.curation.rules import ArticleStatus
from knowledge.articles import close_superseded
from tests.casebackend.curation.test_knowledge_index import FEE, SLANG, another_process, copied
from tests.casebackend.staff.logins import staff
from tests.casebackend.tokens.test_tokens import issued, system
from tests.world import World

SEARCH, COMPLETIONS = "/api/v1/knowledge/search", "/api/v1/knowledge/completions"


async def found(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    response = await client.get(SEARCH, params=asked)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_pages_follow_each_other_by_cursor(world: World) -> None:
    async with await staff(world, "agent") as client:
        first = await found(client, q="投诉", limit=5)
        second = await found(client, q="投诉", limit=5, cursor=first["next"])
        whole = await found(client, q="投诉", limit=10)
    ids = [[hit["article_id"] for hit in page["items"]] for page in (first, second, whole)]
    assert ids[0] + ids[1] == ids[2]
    assert first["total"] == second["total"] > 10
    assert first["nothing"] is None


async def test_nothing_found_comes_with_its_reasons(world: World) -> None:
    async with await staff(world, "agent") as client:
        nothing = await found(client, q="年费", branch="传阅函", on="2026-03-01")
        assert (nothing["items"], nothing["total"], nothing["next"]) == ([], 0, None)
        assert nothing["nothing"]["without"]["branch"] > 0
        assert (await client.get(SEARCH)).status_code == 400
        assert (await client.get(SEARCH, params={"q": "年费", "on": "morgen"})).status_code == 400


async def test_a_program_of_another_system_never_reads_what_is_internal(world: World) -> None:
    token = str((await issued(world, "knowledge.read"))["token"])
    async with await staff(world, "agent") as client, system(world, token) as program:
        ours = await found(client, q="保密", audience="internal", limit=50)
        assert ours["total"] > 0
        theirs = await found(program, q="保密", audience="internal", limit=50)
        assert all(not hit["internal"] for hit in theirs["items"])
        assert not {hit["article_id"] for hit in ours["items"]} & {hit["article_id"] for hit in theirs["items"]}
        secret = ours["items"][0]["title"]
        for reader, offered in ((client, True), (program, False)):
            items = (await reader.get(COMPLETIONS, params={"q": secret})).json()["completions"]
            assert (secret in [each["text"] for each in items]) is offered


ASKED = {
    "多久能答复": "law-complaint-time-limits",
    "外地卡取钱收不收费": "biz-interbank-fee",
    "我爸走了他的存款怎么取": "biz-deposit-inheritance",
    "机器把我的卡吃了": "biz-card-swallowed",
    "换手机号码怎么改": "biz-personal-details",
    "換手機號碼怎麼改": "biz-personal-details",
}


async def test_a_question_as_people_ask_it_is_answered_at_the_top(world: World) -> None:
    async with await staff(world, "agent") as client:
        first = {query: (await found(client, q=query))["items"][0]["article_id"] for query in ASKED}
        assert first == ASKED
        whole = await found(client, q="多久能答复", limit=30)
        assert "存款" in (await found(client, q="我爸走了他的存款怎么取"))["items"][0]["marked"]
        pages = [await found(client, q="多久能答复", limit=7)]
        while len(pages) < 4:
            pages.append(await found(client, q="多久能答复", limit=7, cursor=pages[-1]["next"]))
    shown = [hit["article_id"] for page in pages for hit in page["items"]]
    assert shown == [hit["article_id"] for hit in whole["items"]][: len(shown)]
    assert {page["total"] for page in pages} == {whole["total"]}


async def test_what_answers_stays_within_what_was_asked_for(world: World) -> None:
    token = str((await issued(world, "knowledge.read"))["token"])
    async with await staff(world, "agent") as client, system(world, token) as program:
        scripts = await found(client, q="多久能答复", kind="话术", limit=50)
        assert {hit["kind"] for hit in scripts["items"]} == {"话术"}
        shelf = await found(client, q="多久能答复", branch="个人业务", limit=50)
        assert ASKED["多久能答复"] not in [hit["article_id"] for hit in shelf["items"]]
        before = await found(client, q="多久能答复", on="1995-01-01")
        assert ASKED["多久能答复"] not in [hit["article_id"] for hit in before["items"]]
        night = "星期六晚上来的投诉哪天开始算"
        ours, theirs = [await found(each, q=night, limit=50) for each in (client, program)]
    assert "trouble-receipt-at-night" in [hit["article_id"] for hit in ours["items"]][:3]
    assert not any(hit["internal"] for hit in theirs["items"])


async def test_without_files_the_database_answers_and_all_is_well_by_itself_when_they_can_be_made(world: World) -> None:
    folder = world.settings.var_dir / FOLDER
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"not a folder")
    token = str((await issued(world, "knowledge.read"))["token"])
    async with await staff(world, "agent") as client, system(world, token) as program:
        fee = await found(client, q="信用卡年費怎麼又扣了")
        assert (fee["items"][0]["article_id"], fee["reduced"]) == ("biz-annual-fee", REDUCED)
        assert "年费" in fee["items"][0]["marked"]
        first = await found(client, q="投诉", limit=5)
        second = await found(client, q="投诉", limit=5, cursor=first["next"])
        assert not {hit["article_id"] for hit in first["items"]} & {hit["article_id"] for hit in second["items"]}
        assert first["total"] == second["total"] > 10
        assert (await found(client, q="biz-annual-fee"))["items"][0]["article_id"] == "biz-annual-fee"
        law = (await found(client, q="“个人信息” 第十七条", kind="法规", limit=50))["items"]
        assert [(hit["clause"], hit["kind"], "个人信息" in hit["title"] + hit["text"]) for hit in law] == [
            ("第十七条", "法规", True)
        ] * len(law)
        assert law
        assert (await found(client, q="年费", branch="传阅函"))["total"] == 0
        assert (await found(client, q="年费", on="1995-01-01"))["total"] == 0
        assert not any(hit["internal"] for hit in (await found(program, q="保密", limit=50))["items"])
        offered = (await client.get(COMPLETIONS, params={"q": "年費"})).json()["completions"]
        assert offered
        assert all("年费" in each["text"] and each["article_id"] for each in offered)
        assert (await client.get(COMPLETIONS, params={"q": "%"})).json()["completions"] == []
        page = await client.get("/knowledge", params={"q": "年费"})
        assert REDUCED in page.text
        assert "投诉管理 <span" in page.text
        assert "检索索引自" in (await client.get("/board")).text
        ready = (await client.get("/health/ready")).json()
        assert {"program": "knowledge", "why": "知识索引无法写入磁盘"} in ready["missing"]
        assert "检索结果可能不全" in ready["reduced"][0]["why"]
        folder.unlink()
        assert (await found(client, q="年费"))["reduced"] is None
        assert "reduced" not in (await client.get("/health/ready")).json()
        await _what_was_withdrawn_is_shown_to_nobody(world, client)


async def _what_was_withdrawn_is_shown_to_nobody(world: World, client: httpx.AsyncClient) -> None:
    """The files still hold it: nobody has made them again."""
    world.app.ctx.knowledge = knowledge = another_process(world)
    assert FEE in [hit["article_id"] for hit in (await found(client, q="短信费"))["items"]]
    typed = (await client.get(COMPLETIONS, params={"q": "短信"})).json()["completions"]
    assert FEE in [each["article_id"] for each in typed]
    before = (await found(client, q=FEE))["total"]
    async with world.database.transaction() as session:
        await session.execute(update(Article).where(Article.id == FEE).values(status=ArticleStatus.RETIRED))
    after = await found(client, q=FEE)
    assert FEE not in [hit["article_id"] for hit in after["items"]]
    assert after["total"] == before - 1
    typed = (await client.get(COMPLETIONS, params={"q": "短信"})).json()["completions"]
    assert FEE not in [each["article_id"] for each in typed]
    await copied(world, "biz-annual-fee", "biz-slang", title=SLANG, questions=[SLANG])
    await found(client, q="年费")
    await knowledge.renewed()
    for query in ("薅羊毛", "“薅到我头上”", "biz-slang"):
        assert (await found(client, q=query))["items"][0]["article_id"] == "biz-slang", query
    assert FEE not in [hit["article_id"] for hit in (await found(client, q="短信费", limit=50))["items"]]


async def test_the_database_says_the_same_of_a_version_as_the_files(world: World) -> None:
    """Days before, between and after the versions of an entry, and when a later one began on the same day."""
    days = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    await copied(world, FEE, "biz-many", version=1, effective_from=days[0], effective_to=None)
    await copied(world, "biz-many", "biz-many", version=2, effective_from=days[1], effective_to=date(2026, 2, 10))
    await copied(world, "biz-many", "biz-many", version=3, effective_from=days[2], effective_to=None)
    await copied(world, "biz-many", "biz-many", version=4, effective_from=days[2], effective_to=None)
    async with world.database.reading() as session:
        known = [each for each in close_superseded(await published(session)) if each.id == "biz-many"]
        for day in (*days, date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 11), date(2027, 1, 1)):
            expected = {(each.id, each.version) for each in known if each.in_force(day)}
            assert await searching_sql.standing(session, {"biz-many"}, day) == expected, day
        assert await searching_sql.standing(session, set(), days[0]) == set()
