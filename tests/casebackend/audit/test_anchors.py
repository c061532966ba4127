"""Head and tail cut together: only what lies outside the database can tell."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from casebackend.audit import anchors, commands, rules, service
from casebackend.audit.model import AuditEntry, AuditHead
from tests.casebackend.audit.test_service import broken
from tests.casebackend.audit.writing import history
from tests.casebackend.workers import worker
from tests.world import World


async def disagreements(world: World, folder: Path) -> list[str]:
    async with world.database.reading() as session:
        return await anchors.check(session, folder)


async def cut(world: World, chain: str, after: int) -> None:
    """Rows and head, as whoever may write to the database would do it."""
    async with world.database.transaction() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.chain == chain, AuditEntry.seq > after))
        if not after:
            await session.execute(delete(AuditHead).where(AuditHead.chain == chain))
            return
        last = await session.scalar(select(AuditEntry.hash).where(AuditEntry.chain == chain, AuditEntry.seq == after))
        await session.execute(update(AuditHead).where(AuditHead.chain == chain).values(seq=after, hash=last))


async def test_a_chain_that_was_cut_with_its_head_or_whole_is_missed_by_the_anchor(
    world: World, tmp_path: Path
) -> None:
    await history(world)
    world.wait(hours=2)
    await anchors.write(world.database, tmp_path, now=world.time)
    assert await disagreements(world, tmp_path) == []
    world.wait(days=1)
    await history(world, chains=1)
    await anchors.write(world.database, tmp_path, now=world.time)
    await history(world, links=1)  # later than every anchor
    assert await disagreements(world, tmp_path) == []
    lines = [json.loads(line) for line in anchors.file_of(tmp_path, 2).read_text().splitlines()]
    assert {line["chain"] for line in lines if "chain" in line} == {"c0", "anchors"}  # only what is new
    await cut(world, "c0", 12)
    await cut(world, "c1", 3)
    await cut(world, "c2", 0)
    assert await broken(world) == []
    assert await disagreements(world, tmp_path) == [
        "c1 第 4 行缺失或与锚定文件 audit-000001.jsonl 不符",
        "c2 第 1 行缺失或与锚定文件 audit-000001.jsonl 不符",
        "c0 第 13 行缺失或与锚定文件 audit-000002.jsonl 不符",
    ]


async def test_an_anchor_that_is_missing_changed_or_forged_is_named(world: World, tmp_path: Path) -> None:
    await history(world)
    folder = tmp_path / "kept"
    for _ in range(3):
        await anchors.write(world.database, folder, now=world.time)
        world.wait(days=1)
    assert await disagreements(world, folder) == []

    async def after(what: str) -> list[str]:
        other = tmp_path / what
        shutil.copytree(folder, other)
        second = anchors.file_of(other, 2)
        match what:
            case "removed":
                second.unlink()
            case "changed":
                second.write_text(second.read_text().replace('"number": 2', '"number": 9'))
            case "halved":
                second.write_bytes(second.read_bytes()[:-40])
            case "copied":
                shutil.copy(anchors.file_of(other, 1), second)
        return await disagreements(world, other)

    assert (await after("removed"))[0] == "锚定文件 audit-000002.jsonl 缺失"
    assert (await after("changed"))[0] == "锚定文件 audit-000002.jsonl 签名不符"
    assert (await after("halved"))[0] == "锚定文件 audit-000002.jsonl 不完整"
    assert (await after("copied"))[0] == "锚定文件 audit-000002.jsonl 与前一份不连续"
    await cut(world, anchors.CHAIN, 2)
    assert await disagreements(world, folder) == [
        "锚定文件 audit-000003.jsonl 在审计记录中没有登记：锚定之后的记录被截断"
    ]


async def test_the_worker_anchors_once_a_day_and_the_command_finds_both_kinds_of_damage(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    ticking = worker(world)
    await ticking.lead()
    folder = world.settings.anchors
    for hours in (0, 1, 22, 1):
        world.wait(hours=hours)
        await ticking.hourly()
    assert sorted(path.name for path in folder.iterdir()) == ["audit-000001.jsonl", "audit-000002.jsonl"]
    await history(world)
    assert await commands.anchor(world.database, folder) == 0
    assert await commands.verify(world.database, folder) == 0
    assert "一切正常" in capsys.readouterr().out
    await cut(world, "c1", 5)
    async with world.database.transaction() as session:
        await session.execute(
            update(AuditEntry).where(AuditEntry.chain == "c2", AuditEntry.seq == 2).values(actor="staff:y")
        )
    assert await commands.verify(world.database, folder) == 1
    said = capsys.readouterr().out
    assert "c2 第 2 行被改动" in said
    assert "c1 第 6 行缺失或与锚定文件 audit-000003.jsonl 不符" in said
    async with world.database.reading() as session:
        kept = await session.scalar(
            select(AuditEntry.detail)
            .where(AuditEntry.event == commands.VERIFIED)
            .order_by(AuditEntry.seq.desc())
            .limit(1)
        )
    assert kept is not None
    assert (kept["broken"], kept["first"].startswith("c2 第 2 行")) == (2, True)


async def as_first_version(world: World, chain: str, seq: int) -> None:
    """It did not sign the id of a row."""
    async with world.database.transaction() as session:
        row = (await session.scalars(select(AuditEntry).where(AuditEntry.chain == chain, AuditEntry.seq == seq))).one()
        entry = service.signed(row)
        del entry["id"]
        row.hash = rules.link(session.info["audit_key"], row.previous, entry)
        await session.execute(update(AuditHead).where(AuditHead.chain == chain).values(hash=row.hash))


async def test_rows_of_the_first_version_hold_but_only_before_those_of_this_one(world: World) -> None:
    await history(world, chains=2, links=1)
    await as_first_version(world, "c0", 1)
    assert await broken(world) == []
    await history(world, chains=2, links=1)
    assert await broken(world) == []
    await as_first_version(world, "c1", 2)
    assert await broken(world) == ["c1 第 2 行被改动，或与前一行不连续"]
