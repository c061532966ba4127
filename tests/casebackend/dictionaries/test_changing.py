"""An administrator keeps the code lists: dated versions, and what was used is retired, never deleted."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.cases.search import names_below
from casebackend.chores import Chores
from casebackend.dictionaries import queries
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.dictionaries.rules import CATEGORY_B
from casebackend.registration.dictionary_use import used
from casebackend.staff.duty import BUSY_REASON
from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.staff.logins import staff
from tests.world import START, World

TODAY = START.date()
LATER = (TODAY + timedelta(days=3)).isoformat()


async def sends(
    world: World, change: str, dictionary: str = CATEGORY_B, login: str = "admin", **said: Any
) -> httpx.Response:
    world.wait(seconds=1)  # of sessions opened at once any may be the oldest
    async with await staff(world, login) as client:
        body = {"change": change, "effective_from": TODAY.isoformat(), "source": "行内文件", **said}
        url = f"/api/v1/dictionaries/{dictionary}/changes"
        return await client.post(url, json=body, headers={"Idempotency-Key": uuid4().hex})


async def done(world: World, change: str, dictionary: str = CATEGORY_B, **said: Any) -> dict[str, Any]:
    response = await sends(world, change, dictionary, **said)
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def kind(world: World, change: str, dictionary: str = CATEGORY_B, **said: Any) -> str:
    return str((await sends(world, change, dictionary, **said)).json()["type"]).removeprefix("/problems/")


async def held(world: World, dictionary: str = CATEGORY_B, on: date | None = None) -> dict[str, str | None]:
    async with world.database.reading() as session:
        return {term.name: term.code for term in await queries.terms(session, dictionary, on=on)}


async def nights(world: World, days: int) -> None:
    chores = Chores(world.database, world.settings, now=lambda: world.time, name="w")
    world.wait(days=days)
    await chores.lead()
    await chores.tick()


async def test_a_word_is_added_changed_and_retired_and_each_day_keeps_its_version(world: World) -> None:
    added = await done(world, "add", name="数字人民币", parent_id="B.payment", keywords=["数币"])
    assert (added["applied_at"] is not None, (await held(world))["数字人民币"]) == (True, None)
    async with world.database.reading() as session:
        assert "数字人民币" in await names_below(session, CATEGORY_B, "支付结算")
    assert await kind(world, "change", term_id=added["term_id"], code="B9") == "dictionary-changed-that-day"
    world.wait(days=1)
    day = {"effective_from": (TODAY + timedelta(days=1)).isoformat()}
    await done(world, "change", term_id="B.payment", name="支付与结算", **day)
    await done(world, "change", term_id=added["term_id"], code="B9", **day)
    assert (await held(world))["数字人民币"] == "B9"
    assert (await held(world, on=TODAY))["数字人民币"] is None
    async with world.database.reading() as session:
        assert "数字人民币" in await names_below(session, CATEGORY_B, "支付与结算")
    assert await kind(world, "retire", term_id="B.payment", **day) == "dictionary-words-below"
    world.wait(days=1)
    day = {"effective_from": (TODAY + timedelta(days=2)).isoformat()}
    await done(world, "retire", term_id=added["term_id"], **day)
    assert "数字人民币" not in await held(world)
    assert "数字人民币" in await held(world, on=TODAY + timedelta(days=1))
    async with world.database.reading() as session:
        links = await session.scalars(select(AuditEntry.event).where(AuditEntry.chain == "dictionaries"))
        assert list(links) == ["dictionary.changed"] * 4


async def test_what_is_planned_begins_on_its_day_and_may_be_cancelled_before(world: World) -> None:
    retired = await done(world, "retire", term_id="B.card.credit", effective_from=LATER)
    assert await kind(world, "change", term_id="B.card.credit", code="1") == "dictionary-changed-that-day"
    planned = await done(world, "add", name="保管箱", effective_from=LATER)
    dropped = await done(world, "add", name="碳账户", effective_from=LATER)
    assert not {"保管箱", "碳账户"} & set(await held(world))
    assert "信用卡" in await held(world)
    url = f"/api/v1/dictionaries/{CATEGORY_B}/changes"
    async with await staff(world, "admin") as admin:
        gone = await admin.post(f"{url}/{dropped['id']}/cancellation", headers={"If-Match": '"1"'})
        assert (gone.status_code, gone.json()["cancelled_why"]) == (200, "撤销")
        again = await admin.post(f"{url}/{dropped['id']}/cancellation", headers={"If-Match": "*"})
        assert again.status_code == 404
        assert (await admin.post(f"{url}/{planned['id']}/cancellation")).status_code == 428
        assert len((await admin.get(url)).json()["items"]) == 3
    await nights(world, 4)
    names = set(await held(world))
    assert ("保管箱" in names, "碳账户" in names, "信用卡" in names) == (True, False, False)
    assert (await held(world, on=date.fromisoformat(retired["effective_from"]) - timedelta(days=1)))["信用卡"] is None


async def test_what_came_in_the_way_of_a_plan_is_said_and_nothing_else_stops(world: World) -> None:
    planned = await done(world, "add", name="保管箱", effective_from=LATER)
    await done(world, "add", name="保管箱")
    await nights(world, 4)
    async with await staff(world, "admin") as admin:
        rows = (await admin.get(f"/api/v1/dictionaries/{CATEGORY_B}/changes")).json()["items"]
    [row] = [each for each in rows if each["id"] == planned["id"]]
    assert (row["applied_at"], row["cancelled_why"]) == (None, "同一字典中，在用的名称和代码都不能重复")
    assert list(await held(world)).count("保管箱") == 1


async def test_a_word_in_use_is_retired_and_never_deleted(world: World) -> None:
    case = await case_of(world, (await filed(world)).case_id)
    async with world.database.transaction() as session:
        assert await used(session, CATEGORY_B, case.category_b) == 1
        row = (await session.scalars(select(DictionaryTerm).where(DictionaryTerm.name == case.category_b))).one()
    assert await kind(world, "delete", term_id=row.id) == "dictionary-term-in-use"
    assert await kind(world, "delete", term_id="B.agency") == "dictionary-term-in-use"
    mine = await done(world, "add", BUSY_REASON, name="培训中")
    async with await staff(world, "agent") as agent:
        body = {"state": "busy", "reason": "培训中"}
        key = {"Idempotency-Key": uuid4().hex}
        assert (await agent.post("/api/v1/duty-states", json=body, headers=key)).status_code in (200, 201)
    refused = await sends(world, "delete", BUSY_REASON, term_id=mine["term_id"])
    assert (refused.json()["type"], refused.json()["count"]) == ("/problems/dictionary-term-in-use", 1)
    other = await done(world, "add", BUSY_REASON, name="写错的")
    await done(world, "delete", BUSY_REASON, term_id=other["term_id"])
    async with world.database.reading() as session:
        assert await session.get(DictionaryTerm, other["term_id"]) is None
        assert (await session.get_one(DictionaryTerm, row.id)).name == case.category_b
    world.wait(days=1)
    await done(world, "retire", BUSY_REASON, term_id=mine["term_id"], effective_from=world.time.date().isoformat())
    assert "培训中" not in await held(world, BUSY_REASON)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"change": "add", "name": "信用卡"}, "dictionary-name-held"),
        ({"change": "add"}, "dictionary-change-incomplete"),
        ({"change": "add", "name": "新", "parent_id": "B.nothing"}, "dictionary-change-incomplete"),
        ({"change": "add", "name": "新", "effective_from": "2026-03-01"}, "dictionary-change-incomplete"),
        ({"change": "change", "term_id": "B.card"}, "dictionary-change-incomplete"),
        ({"change": "change", "term_id": "B.card", "parent_id": "B.card.credit"}, "dictionary-change-incomplete"),
        ({"change": "retire", "term_id": "B.nothing"}, "dictionary-term-unknown"),
        ({"change": "add", "name": "新", "dictionary": "no_such"}, "dictionary-not-found"),
        ({"change": "add", "name": "新", "login": "agent"}, "forbidden"),
    ],
)
async def test_a_change_that_cannot_be_is_refused(world: World, said: dict[str, Any], problem: str) -> None:
    assert await kind(world, **said) == problem


async def test_the_page_shows_the_list_as_a_tree_and_takes_changes(world: World) -> None:
    async with await staff(world, "admin") as admin:
        shown = (await admin.get("/dictionaries")).text
        assert all(words in shown for words in ("投诉业务类别", "　信用卡", "新增名称", "没有变更"))
        form = {"dictionary": CATEGORY_B, "source": "行内文件", "effective_from": TODAY.isoformat()}
        add = form | {"change": "add", "name": "数字人民币", "parent_id": "B.payment", "keywords": "数币、数字钱包"}
        assert (await admin.post("/dictionaries", data=add)).status_code == 303
        change = form | {"change": "change", "term_id": "B.card", "name": "银行卡业务", "code": "", "parent_id": ""}
        sent = await admin.post("/dictionaries", data=change | {"effective_from": LATER})
        assert sent.status_code == 303
        page = (await admin.get(f"/dictionaries?code={CATEGORY_B}&term=B.card.credit")).text
        assert all(words in page for words in ("数币、数字钱包", "将生效", "修改 银行卡", "已被使用 0 次"))
        assert "删除日" not in page
        twice = await admin.post("/dictionaries", data=add)
        assert twice.status_code == 409
        async with world.database.reading() as session:
            planned = [row for row in await queries.changes(session, CATEGORY_B) if row.applied_at is None]
        path = f"/dictionaries/{CATEGORY_B}/changes/{planned[0].id}/cancellation"
        assert (await admin.post(path, data={"version": "1"})).status_code == 303
        labels = (await admin.get("/api/v1/dictionaries?limit=200")).json()["items"]
        assert {"code": CATEGORY_B, "label": "投诉业务类别", "words": 27} in labels
    async with await staff(world, "agent") as agent:
        assert (await agent.get("/dictionaries")).status_code == 403
