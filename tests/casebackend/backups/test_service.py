"""F29: a backup is made beside the living system; what it holds comes back, and whole, or nothing is touched."""

import asyncio
import base64
import errno
import os
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from casebackend.attachments.sealing import new_key
from casebackend.attachments.store import Store
from casebackend.audit import anchors, commands
from casebackend.audit.anchors import UNFINISHED, file_of
from casebackend.backups import service
from casebackend.backups.errors import BackupRefused
from casebackend.backups.manifest import NAME, Manifest
from casebackend.connection import open_database
from casebackend.conversations.model import Message
from casebackend.leader import lead
from casebackend.settings import Settings
from tests.casebackend.audit.writing import history
from tests.databases import binaries, empty_url, on_postgres
from tests.world import World, configured


def with_binaries(settings: Settings) -> Settings:
    return settings.model_copy(update={"pg_bin": binaries()})


async def kept(settings: Settings) -> set[str | None]:
    database = open_database(settings)
    async with database.reading() as session:
        found = set(await session.scalars(select(Message.external_id)))
    await database.dispose()
    return found


async def test_a_backup_under_load_comes_back_whole_in_another_place(world: World, tmp_path: Path) -> None:
    before = {(await world.says("被多扣了200元", external_id=f"before-{place}")).message_id for place in range(20)}
    stored = world.settings.var_dir / "attachments" / "ab"
    stored.mkdir(parents=True)
    (stored / "cd").write_bytes(b"sealed")
    over = False

    async def customers() -> int:
        count = 0
        while not over:
            await world.says("还没有人联系我", sender=f"c{count}", external_id=f"during-{count}")
            count += 1
        return count

    busy = asyncio.create_task(customers())
    folder = await asyncio.to_thread(
        asyncio.run, service.back_up(with_binaries(world.settings), tmp_path / "backups", now=world.time)
    )
    over = True
    assert await busy > 0
    assert len(before) == 20
    assert service.last(world.settings.var_dir) == world.time

    async with empty_url(tmp_path) as url:
        elsewhere = with_binaries(configured(url, tmp_path / "var"))
        assert await service.restore(elsewhere, folder, replace=False, now=world.time) == []
        found = await kept(elsewhere)
        assert {f"before-{place}" for place in range(20)} <= found
        assert (tmp_path / "var" / "attachments" / "ab" / "cd").read_bytes() == b"sealed"
        with pytest.raises(BackupRefused, match="--replace"):
            await service.restore(elsewhere, folder, replace=False, now=world.time)
        assert await service.restore(elsewhere, folder, replace=True, now=world.time) == []
        assert await kept(elsewhere) == found


async def test_an_upload_that_is_still_coming_in_does_not_spoil_the_backup(world: World, tmp_path: Path) -> None:
    store, identity = Store(world.settings.var_dir / "attachments"), uuid4()
    incoming = store.begin(identity, new_key())
    incoming.write(b"x" * 300_000)
    unfinished = file_of(world.settings.var_dir / "anchors", 1).with_suffix(UNFINISHED)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(b"half")

    folder = await service.back_up(with_binaries(world.settings), tmp_path / "backups", now=world.time)
    incoming.write(b"y" * 300_000)
    incoming.ended()
    incoming.synced()
    store.place(incoming)
    unfinished.write_bytes(b"half and more")

    held = Manifest.read(folder)
    held.require_whole(folder)
    assert not [name for name in held.files if name.startswith(("attachments/", "anchors/"))]
    async with empty_url(tmp_path) as url:
        elsewhere = with_binaries(configured(url, tmp_path / "var"))
        assert await service.restore(elsewhere, folder, replace=False, now=world.time) == []


@pytest.mark.parametrize("erased", [True, False])
async def test_on_another_disk_files_are_copied_and_what_is_erased_meanwhile_is_left_out(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, erased: bool
) -> None:
    stored = world.settings.var_dir / "attachments" / "files" / "ab" / "abcd"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"sealed")

    def another_disk(source: Path, target: Path) -> None:
        if erased:
            source.unlink(missing_ok=True)
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", another_disk)
    folder = await service.back_up(with_binaries(world.settings), tmp_path / "backups", now=world.time)
    Manifest.read(folder).require_whole(folder)
    assert ("attachments/files/ab/abcd" in Manifest.read(folder).files) is not erased


async def test_keys_that_were_changed_since_open_an_older_backup_as_long_as_they_are_all_held(
    world: World, tmp_path: Path
) -> None:
    before = with_binaries(world.settings)
    folder = await service.back_up(before, tmp_path / "backups", now=world.time)
    first, other = before.data_key.get_secret_value(), base64.b64encode(bytes(range(32))).decode()
    own = SecretStr(base64.b64encode(bytes(range(1, 33))).decode())

    def now(keys: str, **more: SecretStr) -> Settings:
        return with_binaries(configured(url, tmp_path / "var")).model_copy(update={"data_key": SecretStr(keys), **more})

    async with empty_url(tmp_path) as url:
        with pytest.raises(BackupRefused, match="TINGSU_INDEX_KEY"):
            await service.restore(now(f"{first},{other}"), folder, replace=False, now=world.time)
        with pytest.raises(BackupRefused, match="TINGSU_AUDIT_KEY"):
            await service.restore(now(first, audit_key=own), folder, replace=False, now=world.time)
        settings = now(f"{other},{first}", index_key=own)
        assert await service.restore(settings, folder, replace=False, now=world.time) == []


async def test_on_the_disk_where_it_was_made_a_backup_comes_back_over_what_is_there(
    world: World, tmp_path: Path
) -> None:
    settings, files = with_binaries(world.settings), world.settings.var_dir / "attachments" / "files" / "ab"
    files.mkdir(parents=True)
    for name in ("kept", "lost", "rotten"):
        (files / name).write_bytes(name.encode())
    into = tmp_path / "backups"
    first = await service.back_up(settings, into, now=world.time)
    world.wait(days=1)
    (files / "lost").unlink()
    (files / "rotten").unlink()
    (files / "rotten").write_bytes(b"other bytes")
    second = await service.back_up(settings, into, now=world.time)
    assert (second / "attachments/files/ab/kept").samefile(files / "kept")
    async with empty_url(tmp_path) as url:
        here = with_binaries(configured(url, settings.var_dir))
        assert await service.restore(here, first, replace=False, now=world.time) == []
    assert {path.name: path.read_bytes() for path in files.iterdir()} == {
        name: name.encode() for name in ("kept", "lost", "rotten")
    }
    for folder in (first, second):
        Manifest.read(folder).require_whole(folder)


async def test_after_a_restore_the_audit_goes_on_and_later_anchors_are_kept_aside(world: World, tmp_path: Path) -> None:
    settings = with_binaries(world.settings)
    await history(world)
    await anchors.write(world.database, settings.anchors, now=world.time)
    folder = await service.back_up(settings, tmp_path / "backups", now=world.time)
    for _ in range(2):
        world.wait(days=1)
        await history(world, chains=1)
        await anchors.write(world.database, settings.anchors, now=world.time)
    later = file_of(settings.anchors, 3).read_bytes()
    async with empty_url(tmp_path) as url:
        here = with_binaries(configured(url, settings.var_dir))
        assert await service.restore(here, folder, replace=False, now=world.time) == []
        database = open_database(here)
        assert await commands.verify(database, here.anchors) == 0
        await anchors.write(database, here.anchors, now=world.time)
        assert await commands.verify(database, here.anchors) == 0
        await database.dispose()
    kept_aside = service.aside(here, world.time)
    assert sorted(path.name for path in kept_aside.iterdir()) == ["audit-000002.jsonl", "audit-000003.jsonl"]
    assert file_of(kept_aside, 3).read_bytes() == later


async def test_what_cannot_be_trusted_is_not_restored(world: World, tmp_path: Path) -> None:
    settings = with_binaries(world.settings)
    folder = await service.back_up(settings, tmp_path, now=world.time)
    with pytest.raises(BackupRefused, match="已存在"):
        await service.back_up(settings, tmp_path, now=world.time)
    held = Manifest.read(folder)
    other = held.model_copy(update={"database": "sqlite" if on_postgres() else "postgresql"})
    for wrong, words in [
        (held.model_copy(update={"keys": ["00000000"]}), "缺少密钥 00000000"),
        (held.model_copy(update={"index": "00"}), "TINGSU_INDEX_KEY"),
        (held.model_copy(update={"audit": "00"}), "TINGSU_AUDIT_KEY"),
        (other, "种类不同"),
        (held.model_copy(update={"files": held.files | {"attachments/x": "0"}}), "已损坏"),
    ]:
        wrong.write(folder)
        with pytest.raises(BackupRefused, match=words):
            await service.restore(settings, folder, replace=True, now=world.time)
    (folder / NAME).unlink()
    with pytest.raises(BackupRefused, match="不是完整的备份"):
        await service.restore(settings, folder, replace=True, now=world.time)
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 0


async def test_nothing_is_replaced_under_a_program_at_work(world: World, tmp_path: Path) -> None:
    settings = with_binaries(world.settings)
    folder = await service.back_up(settings, tmp_path, now=world.time)
    async with world.database.transaction() as session:
        await lead(session, "worker", "w1", now=world.time)
    with pytest.raises(BackupRefused, match="先停止全部程序"):
        await service.restore(settings, folder, replace=True, now=world.time)


@pytest.mark.skipif(not on_postgres(), reason="the programs are PostgreSQL's")
async def test_missing_programs_are_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="TINGSU_PG_BIN"):
        await service.back_up(
            world.settings.model_copy(update={"pg_bin": tmp_path}), tmp_path / "backups", now=world.time
        )
