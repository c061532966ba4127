"""F22: room that is given up when the disk of the database is full, so that somebody can still act."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebackend.__main__ import main
from casebackend.reserve import MB, Reserve, State, is_full, reserve_of
from tests.casebackend.metrics.test_routes import seen, watch
from tests.casebackend.staff.logins import staff
from tests.casebackend.test_full_disk import PLENTY, limited
from tests.databases import on_postgres
from tests.world import START, World

SIZE = 2 * MB


@pytest.fixture
def held(tmp_path: Path) -> Reserve:
    return Reserve(tmp_path / "var" / "reserve", SIZE)


def room(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free, total=10**12))


def missing(answer: Any) -> set[str]:
    return {each["program"] for each in answer.json()["missing"]}


def test_the_reserve_takes_real_room_and_gives_it_back(held: Reserve) -> None:
    assert held.state() is State.NONE
    assert held.make() is State.KEPT
    assert held.path.stat().st_blocks * 512 >= SIZE
    assert held.make() is State.KEPT
    assert held.free() == SIZE
    assert held.path.stat().st_blocks == 0
    assert held.state() is State.FREED
    assert held.free() == 0


def test_it_is_made_again_only_when_there_is_room_for_more_than_itself(
    held: Reserve, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.make()
    held.free()
    room(monkeypatch, 2 * SIZE - 1)
    assert held.looked_after() is State.FREED
    room(monkeypatch, 2 * SIZE)
    assert held.looked_after() is State.KEPT


def test_a_first_start_on_a_full_disk_says_that_the_reserve_is_missing(
    held: Reserve, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, 0)
    assert held.make() is State.FREED


def test_a_disk_that_ends_while_it_is_made_is_left_no_fuller(held: Reserve, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(handle: int, _: int, size: int) -> None:
        os.ftruncate(handle, size // 2)
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "posix_fallocate", half)
    assert held.make() is State.FREED
    assert held.path.stat().st_size == 0


def test_another_size_is_taken_over_and_none_takes_the_file_away(held: Reserve) -> None:
    held.make()
    smaller = replace(held, size=MB)
    assert smaller.make() is State.KEPT
    assert held.path.stat().st_size == MB
    assert held.state() is State.FREED
    assert held.make() is State.KEPT
    assert replace(held, size=0).make() is State.NONE
    assert not held.path.exists()


def test_where_nobody_keeps_one_nothing_is_said_or_made(held: Reserve) -> None:
    assert held.looked_after() is State.NONE
    assert held.free() == 0
    assert not held.path.exists()


def test_both_databases_say_when_their_disk_is_full() -> None:
    class OfPostgres(Exception):
        sqlstate = "53100"

    class Locked(Exception):
        sqlite_errorcode = 5

    assert is_full(OfPostgres())
    assert not is_full(Locked())
    assert not is_full(ValueError())


@pytest.mark.skipif(on_postgres(), reason="the page limit is SQLite's")
async def test_a_full_disk_frees_the_reserve_and_everybody_can_see_it_until_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = reserve_of(world.settings)
    assert reserve.make() is State.KEPT
    client = await watch(world)
    assert (await seen(client))["tingsu_disk_reserve_freed"] == 0
    with limited(world) as disk:
        room(monkeypatch, 0)
        disk.pages = 10
        for place in range(100):
            body = {"channel": "wechat", "sender": "o1", "external_id": f"m{place}", "text": "被多扣了200元" * 300}
            answer = await world.channels.post("/api/v1/inbox", json=body | {"received_at": START.isoformat()})
            if answer.status_code != 201:
                break
        assert answer.status_code == 503
        assert reserve.state() is State.FREED
        disk.pages = PLENTY
    assert (await seen(client))["tingsu_disk_reserve_freed"] == 1
    assert "disk" in missing(await world.client().get("/health/ready"))
    async with await staff(world, "supervisor") as supervisor:
        assert "备用空间已释放" in (await supervisor.get("/board")).text
    room(monkeypatch, PLENTY * MB)
    assert "disk" not in missing(await world.client().get("/health/ready"))
    assert reserve.state() is State.KEPT


async def test_an_error_of_another_kind_leaves_the_reserve_alone(world: World) -> None:
    reserve = reserve_of(world.settings)
    reserve.make()
    with pytest.raises(DBAPIError):
        async with world.database.transaction() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (1)"))
    assert reserve.state() is State.KEPT


def test_an_operator_frees_it_makes_it_and_asks_how_it_stands_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"token_channels", "token_actions", "token_bot", "token_worker", "token_api", "session_key"}
    for name in named | {"data_key", "audit_key"}:
        monkeypatch.setenv(f"TINGSU_{name.upper()}", f"{name}-for-the-test")
    monkeypatch.setenv("TINGSU_DATABASE_URL", "sqlite+aiosqlite:////nowhere/tingsu.db")
    monkeypatch.setenv("TINGSU_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("TINGSU_DISK_RESERVE_MB", "2")
    said = []
    for what, status in (("status", 0), ("make", 0), ("status", 0), ("free", 0), ("status", 1)):
        assert main(["reserve", what]) == status
        said.append(capsys.readouterr().out.split("：")[0].strip())
    assert said == [
        "未设备用空间",
        "备用空间完好",
        "备用空间完好",
        "已释放 2 MB",
        "备用空间已释放或空间不足，请先腾出磁盘",
    ]
    assert (tmp_path / "reserve").stat().st_size == 0
