from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from casebackend.curation.model import Article
from casebackend.heartbeats.rules import CHAIN, FRESH, Beat, missing
from tests.world import TOKENS, World

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


async def beat(
    world: World, program: str, *, ready: bool = True, token: str | None = None, why: str | None = None
) -> int:
    body = {"program": program, "instance": "one", "ready": ready, "why": why}
    async with world.client(token or program) as client:
        return (await client.post("/api/v1/heartbeats", json=body)).status_code


async def test_ready_needs_the_whole_chain(world: World) -> None:
    async with world.client() as anybody:
        first = await anybody.get("/health/ready")
        assert first.status_code == 503
        assert {entry["program"]: entry["why"] for entry in first.json()["missing"]} == dict.fromkeys(CHAIN, "没有心跳")
        for program in CHAIN:
            assert await beat(world, program) == 204
        whole = await anybody.get("/health/ready")
        assert (whole.status_code, whole.json()) == (200, {"ready": True, "missing": []})
        world.wait(seconds=15)
        late = await anybody.get("/health/ready")
        assert {entry["why"] for entry in late.json()["missing"]} == {"心跳已中断"}


async def test_a_program_says_itself_why_it_is_not_ready(world: World) -> None:
    for program in CHAIN:
        await beat(world, program, ready=program != "bot", why="模型还在加载" if program == "bot" else None)
    async with world.client() as anybody:
        body = (await anybody.get("/health/ready")).json()
    assert body["missing"] == [{"program": "bot", "why": "模型还在加载"}]


@pytest.mark.parametrize("token", [name for name in TOKENS if name not in ("worker", "api")])
async def test_no_program_speaks_for_another(world: World, token: str) -> None:
    assert await beat(world, "worker", token=token) == 403


async def test_live_needs_nothing(world: World) -> None:
    await world.database.dispose()
    async with world.client() as anybody:
        assert (await anybody.get("/health/live")).json() == {"live": True}


async def test_without_entries_the_knowledge_is_missing(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(delete(Article))
    async with world.client() as anybody:
        body = (await anybody.get("/health/ready")).json()
    assert {"program": "knowledge", "why": "知识库没有条目，请先导入"} in body["missing"]


@pytest.mark.parametrize(
    ("age", "ready", "gone"), [(timedelta(0), True, False), (FRESH, True, True), (timedelta(seconds=14), False, True)]
)
def test_a_beat_counts_while_it_is_fresh_and_ready(age: timedelta, ready: bool, gone: bool) -> None:
    beats = [Beat(program, True, None, NOW) for program in CHAIN[1:]] + [Beat(CHAIN[0], ready, None, NOW - age)]
    assert [entry.program for entry in missing(beats, now=NOW)] == ([CHAIN[0]] if gone else [])


def test_one_good_instance_of_several_is_enough() -> None:
    beats = [Beat(program, True, None, NOW) for program in CHAIN] + [Beat("bot", False, "停止中", NOW)]
    assert missing(beats, now=NOW) == []
