"""The same search for programs: bounds, pages, reasons; what is internal stays with colleagues."""

from typing import Any

import httpx

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
