from datetime import date
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.dictionaries import queries
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, CHANNEL_A, UNCLASSIFIED, suggested
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_the_three_axes_are_there_without_invented_codes(world: World) -> None:
    async with world.database.transaction() as session:
        sizes = {axis: len(await queries.terms(session, axis)) for axis in (CHANNEL_A, CATEGORY_B, CAUSE_C)}
        assert sizes == {CHANNEL_A: 13, CATEGORY_B: 26, CAUSE_C: 13}
        assert set(await session.scalars(select(DictionaryTerm.code))) == {None}
        assert await queries.has_name(session, CATEGORY_B, "信用卡")
        assert not await queries.has_name(session, CATEGORY_B, UNCLASSIFIED)


async def test_every_parent_exists(world: World) -> None:
    async with world.database.transaction() as session:
        rows = (await session.scalars(select(DictionaryTerm))).all()
        assert {row.parent_id for row in rows} - {None} <= {row.id for row in rows}
        assert len({(row.dictionary, row.name) for row in rows}) == len(rows)


async def test_key_words_only_suggest(world: World) -> None:
    async with world.database.reading() as session:
        words = await queries.keywords(session, CATEGORY_B)
        causes = await queries.keywords(session, CAUSE_C)
    assert suggested("信用卡年费多扣了", words) == "信用卡"
    assert suggested("借记卡被盗刷", words) == "借记卡盗刷" or suggested("我的卡被盗刷了", words) == "借记卡盗刷"
    assert suggested("柜员态度恶劣", causes) == "因服务态度及服务质量引起的投诉"
    assert suggested("今天天气不错", words) == UNCLASSIFIED


async def test_official_codes_are_a_new_version_from_a_day_on(world: World) -> None:
    manager = await staff(world, "supervisor")
    url = f"/api/v1/dictionaries/{CATEGORY_B}"
    body = {"codes": {"信用卡": "测试01"}, "effective_from": "2026-07-01", "source": "测试文件"}

    async def sends(**change: object) -> httpx.Response:
        return await manager.post(f"{url}/codes", json=body | change, headers={"Idempotency-Key": uuid4().hex})

    assert (await sends(codes={"没有这个": "1"})).json()["names"] == ["没有这个"]
    assert (await sends(codes={"信用卡": "1", "贷款": "1"})).json()["type"].endswith("codes-twice")
    done = await sends()
    assert (done.status_code, done.json()) == (201, {"changed": 1})
    assert (await sends(codes={"信用卡": "测试02"})).json()["type"].endswith("version-of-that-day")
    before, after = date(2026, 6, 30), date(2026, 7, 1)
    async with world.database.transaction() as session:
        assert (await queries.version_on(session, CATEGORY_B, before))["信用卡"] is None
        assert (await queries.version_on(session, CATEGORY_B, after))["信用卡"] == "测试01"
        names = [term.name for term in await queries.terms(session, CATEGORY_B)]
        assert len(names) == len(set(names)) == 26
    shown = (await manager.get(f"{url}?on=2026-07-01")).json()["items"]
    assert [term["code"] for term in shown if term["name"] == "信用卡"] == ["测试01"]
    assert (await manager.get("/api/v1/dictionaries/none")).status_code == 404
    assert (await (await staff(world, "agent")).post(f"{url}/codes", json=body)).status_code == 403
