"""Curators reject with a reason, make a draft or ask for a change; they see the before only where they see the case."""

from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.curation.model import Article, ChangeRequest
from tests.casebackend.candidates.builders import candidates, ended
from tests.casebackend.cases.around import changes, posts, refused, ticked
from tests.casebackend.cases.builders import Desk
from tests.casebackend.curation.desks import Curation
from tests.casebackend.families.builders import closed
from tests.world import World

REJECTION = {"refusal": "not_typical", "reason": "情形单一，电话13800138000已说明"}


async def offered(world: World) -> tuple[Desk, str]:
    await closed(world)
    await ticked(world)
    [row] = await candidates(world)
    return Desk(world), f"/candidates/{row.id}"


async def shown(desk: Desk, login: str, path: str) -> dict[str, Any]:
    answer = await desk.reads(login, path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_before_is_for_whoever_may_open_the_case(world: World) -> None:
    desk, path = await offered(world)
    curator, supervisor = await shown(desk, "curator", path), await shown(desk, "supervisor", path)
    assert curator["before"] is None
    assert supervisor["before"]["number"].startswith("TS")
    assert "朝阳支行" in supervisor["before"]["facts"] or "[姓名#1]" in str(supervisor["before"])
    assert {**curator, "before": 0} == {**supervisor, "before": 0}
    assert supervisor["before"]["number"] not in str(curator)
    whole = supervisor["before"]["result"]
    assert (len(curator["masked"]["result"]), "＊" in curator["masked"]["result"]) == (len(whole), True)
    assert (curator["rare"], curator["unit"], curator["month"]) == (True, None, None)
    assert curator["replaced"]
    assert refused(await desk.reads("curator", f"/candidates/{uuid4()}")) == (404, "candidate-not-found")
    for login in ("agent", "executive", "admin"):
        assert (await desk.reads(login, path)).status_code == 403, login


async def test_topics_count_their_candidates(world: World) -> None:
    await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费")
    await ended(world, facts="信用卡年费重复收取", demand="退费")
    desk = Desk(world)
    [topic] = (await shown(desk, "curator", "/candidates/topics"))["items"]
    assert (topic["count"], topic["waiting"]) == (2, 2)
    of_topic = await shown(desk, "curator", f"/candidates/?topic={topic['topic']}&limit=1")
    assert len(of_topic["items"]) == 1
    rest = await shown(desk, "curator", f"/candidates/?topic={topic['topic']}&limit=1&cursor={of_topic['next']}")
    assert len(rest["items"]) == 1
    assert rest["items"][0]["id"] != of_topic["items"][0]["id"]
    assert (await shown(desk, "curator", "/candidates/?state=rejected"))["items"] == []
    assert (await desk.reads("curator", "/candidates/?state=nothing")).status_code == 400


async def test_a_refusal_keeps_its_reason_without_anybody_in_it(world: World) -> None:
    desk, path = await offered(world)
    without = await changes(desk, "curator", path, "rejection", {"refusal": "not_typical", "reason": " "})
    assert refused(without) == (422, "refusal-reason-missing")
    browser = await desk.browser("curator")
    stale = await browser.post(f"/api/v1{path}/rejection", json=REJECTION, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    assert (await browser.post(f"/api/v1{path}/rejection", json=REJECTION)).status_code == 428
    done = await changes(desk, "curator", path, "rejection", REJECTION)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["refusal_label"]) == ("rejected", "不够典型")
    assert done.json()["reason"] == "情形单一，电话[手机#1]已说明"
    assert refused(await changes(desk, "curator", path, "draft")) == (409, "candidate-decided")
    assert (await changes(desk, "agent", path, "rejection", REJECTION)).status_code == 403
    async with world.database.reading() as session:
        [entry] = await session.scalars(select(AuditEntry).where(AuditEntry.event == "candidate.rejected"))
    assert "13800138000" not in str(entry.detail)


async def test_a_draft_of_a_typical_case_comes_of_it(world: World) -> None:
    desk, path = await offered(world)
    done: httpx.Response = await changes(desk, "curator", path, "draft")
    assert done.status_code == 200, done.text
    async with world.database.reading() as session:
        [row] = await session.scalars(select(Article).where(Article.origin == "candidate"))
    assert row.id == done.json()["article_id"]
    assert (row.kind, row.status, row.audience) == ("典型案例", "draft", "internal")
    assert f"/candidates/{row.origin_id}" == path
    assert "【结果】成立" in row.text
    assert "张三丰" not in row.text


async def test_it_may_go_into_an_entry_that_there_is_as_a_change_request(world: World) -> None:
    desk, path = await offered(world)
    async with world.database.reading() as session:
        entry = await session.scalar(select(Article.id).where(Article.status == "published").limit(1))
    nowhere = await changes(desk, "curator", path, "merger", {"article_id": "nothing-there"})
    assert refused(nowhere) == (404, "article-unknown")
    done = await changes(desk, "curator", path, "merger", {"article_id": entry, "note": "补充一例"})
    assert (done.status_code, done.json()["state"]) == (200, "merged")
    async with world.database.reading() as session:
        [asked] = await session.scalars(select(ChangeRequest))
    assert asked.article_id == entry
    assert asked.text.startswith("补充一例")


async def test_what_lies_under_a_legal_hold_becomes_no_entry(world: World) -> None:
    _, number = await closed(world)
    await ticked(world)
    [row] = await candidates(world)
    desk, path = Desk(world), f"/candidates/{row.id}"
    auditor = await desk.browser("auditor")
    held = await auditor.post(
        f"/cases/{number}/holds", data={"reason": "客户已提起诉讼，案件审理中"}, headers={"HX-Request": "true"}
    )
    assert held.status_code == 204, held.text
    assert refused(await changes(desk, "curator", path, "draft")) == (409, "candidate-held")
    assert (await shown(desk, "curator", path))["held"] is True
    assert (await posts(desk, "curator", f"{path}/draft", {})).status_code == 428
    assert (await changes(desk, "curator", path, "rejection", REJECTION)).status_code == 200


async def test_two_cases_of_one_topic_become_two_entries(world: World) -> None:
    await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费")
    await ended(world, facts="信用卡年费重复收取", demand="退还重复收取的年费")
    desk = Curation(world)
    for row in await candidates(world):
        assert (await changes(desk, "curator", f"/candidates/{row.id}", "draft")).status_code == 200
    async with world.database.reading() as session:
        made = list(await session.scalars(select(Article).where(Article.origin == "candidate")))
    assert len({row.title for row in made}) == 2
    assert all(row.title.startswith("银行卡：") for row in made)
    first, second = ({"id": row.id, "version": 1} for row in made)
    for draft in (first, second):
        read = f'"{(await desk.article(draft))["row_version"]}"'
        path = f"/api/v1/curation/articles/{draft['id']}/1"
        browser = await desk.browser("curator")
        await browser.patch(path, json={"basis": "已办结投诉，会议纪要"}, headers={"If-Match": read})
    for login, step in (("curator", "submit"), ("lead", "check"), ("supervisor", "approve"), ("branch", "publish")):
        await desk.took(login, first, step)
    assert (await desk.article(second))["conflicts"] == []
    assert (await desk.took("curator", second, "submit"))["status"] == "submitted"
