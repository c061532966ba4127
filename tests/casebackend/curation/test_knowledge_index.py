"""What was published or learned is found soon, by every process; damaged files are made again and stop nobody."""

import asyncio
import os
import stat
from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select, update

from casebackend import editions
from casebackend.curation import knowledge_files, phrasings
from casebackend.curation.indexing import FOLDER, Indexer
from casebackend.curation.knowledge_files import FilesAway
from casebackend.curation.knowledge_index import Knowledge
from casebackend.curation.model import Article, Phrasing
from casebackend.curation.rules import ArticleStatus, PhrasingState
from knowledge.encoder import bundled
from knowledge.index import CURRENT, ENTRIES, META
from knowledge.locking import LOCK, sole_writer
from knowledge.ranking import Suggestion
from tests.casebackend.workers import worker
from tests.world import World

ON = date(2026, 3, 2)
SLANG = "薅羊毛薅到我头上来啦"
FEE = "biz-sms-fee"


def another_process(world: World) -> Knowledge:
    """It looks at every call: no test waits for a second."""
    return Knowledge(world.settings.var_dir / FOLDER, world.database, look_seconds=0)


async def settled(knowledge: Knowledge, text: str) -> list[str]:
    """Asked until what is being taken over stands; the first answer is of what was known."""
    await knowledge.suggest(text, on=ON)
    await knowledge.renewed()
    return ids(await knowledge.suggest(text, on=ON))


def ids(found: Sequence[Suggestion]) -> list[str]:
    return [each.article.id for each in found]


async def copied(world: World, article_id: str, new_id: str, **changes: object) -> None:
    """One more entry, as if it had been published, and said so."""
    async with world.database.transaction() as session:
        row = await session.scalar(select(Article).where(Article.id == article_id).limit(1))
        fields = {column.key: getattr(row, column.key) for column in Article.__table__.columns}
        session.add(Article(**fields | {"id": new_id, "hash": new_id} | changes))
        await editions.changed(session, "knowledge")


async def test_vectors_are_made_beside_the_answers_and_for_what_is_published_later(world: World) -> None:
    knowledge = Knowledge(world.settings.var_dir / FOLDER, world.database, encoder=bundled(), look_seconds=0)
    assert await knowledge.suggest("信用卡年费怎么又扣了", on=ON)
    await knowledge.prepared()
    suggester = await knowledge.reload()
    await knowledge.prepared()
    assert not suggester.prepare()
    await copied(world, FEE, "biz-slang", title=SLANG, questions=[SLANG])
    assert (await settled(knowledge, SLANG))[0] == "biz-slang"
    await knowledge.prepared()
    assert not suggester.prepare()


async def test_what_is_published_is_suggested_by_a_process_that_is_running(world: World) -> None:
    knowledge = another_process(world)
    assert "biz-slang" not in await settled(knowledge, SLANG)
    await copied(world, FEE, "biz-slang", title=SLANG, questions=[SLANG])
    assert (await settled(knowledge, SLANG))[0] == "biz-slang"
    async with world.database.transaction() as session:
        await session.execute(update(Article).where(Article.id == "biz-slang").values(status=ArticleStatus.RETIRED))
        await editions.changed(session, "knowledge")
    assert "biz-slang" not in await settled(knowledge, SLANG)


async def test_nothing_is_read_again_while_nothing_was_changed(world: World) -> None:
    knowledge = another_process(world)
    await settled(knowledge, "年费")
    async with world.database.transaction() as session:
        await session.execute(update(Article).where(Article.id == FEE).values(status=ArticleStatus.RETIRED))
    assert FEE in await settled(knowledge, "短信费谁给我开通的")
    patient = Knowledge(world.settings.var_dir / FOLDER, world.database, look_seconds=3_600)
    assert "biz-slang" not in await settled(patient, SLANG)
    await copied(world, "biz-annual-fee", "biz-slang", title=SLANG, questions=[SLANG])
    assert "biz-slang" not in await settled(patient, SLANG)


async def test_only_phrasings_that_were_accepted_bring_their_entry(world: World) -> None:
    knowledge = another_process(world)
    async with world.database.transaction() as session:
        proposed = await phrasings.propose(session, FEE, SLANG, use_id=None, now=world.time)
        assert proposed is not None
        await editions.changed(session, "knowledge")
    assert FEE not in await settled(knowledge, SLANG)
    async with world.database.transaction() as session:
        await session.execute(update(Phrasing).values(state=PhrasingState.ACCEPTED))
        await editions.changed(session, "knowledge")
    assert (await settled(knowledge, SLANG))[0] == FEE
    assert ids(await another_process(world).suggest(SLANG, on=ON))[0] == FEE
    async with world.database.transaction() as session:
        await session.execute(update(Phrasing).values(state=PhrasingState.REFUSED))
        await editions.changed(session, "knowledge")
    assert FEE not in await settled(knowledge, SLANG)


async def test_one_worker_keeps_the_files_and_the_pages_find_what_it_made(world: World) -> None:
    knowledge = another_process(world)
    await knowledge.find("年费", on=ON)
    await copied(world, FEE, "biz-slang", title=SLANG, questions=[SLANG])
    working = worker(world)
    await working.keep_index()
    assert [hit.article.id for hit in await knowledge.find("薅羊毛", on=ON)] == []  # it does not lead yet
    assert await working.lead()
    await working.keep_index()
    assert [hit.article.id for hit in await knowledge.find("薅羊毛", on=ON)] == ["biz-slang"]
    assert not await working.indexer.keep()
    assert not await Indexer(world.settings.var_dir / FOLDER, world.database).keep()


async def test_suggestions_need_no_file(world: World) -> None:
    folder = world.settings.var_dir / FOLDER
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"not a folder")
    knowledge = another_process(world)
    assert ids(await knowledge.suggest("短信费谁给我开通的", on=ON))[0] == FEE
    assert await knowledge.why_unusable() == "知识索引无法写入磁盘"
    folder.unlink()
    assert await knowledge.why_unusable() is None


async def test_whatever_file_is_damaged_a_search_is_right_again_by_itself(world: World) -> None:
    folder = world.settings.var_dir / FOLDER
    await another_process(world).find("年费", on=ON)
    for name in (META, ENTRIES, "_MAIN_1.toc"):
        path = (folder / CURRENT).resolve() / name
        path.write_bytes(path.read_bytes()[:-1])
        found = await another_process(world).find("短信费", on=ON)
        assert FEE in [hit.article.id for hit in found], name
    assert stat.S_IMODE((folder / CURRENT).resolve().stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_while_another_builds_nobody_waits_and_since_when_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_files, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(knowledge_files, "BUSY_SECONDS", 0.01)
    root = world.settings.var_dir / FOLDER
    root.mkdir(parents=True)
    knowledge = another_process(world)
    with sole_writer(root):
        with pytest.raises(FilesAway):
            await knowledge.find("短信费", on=ON)
        assert ids(await knowledge.suggest("短信费谁给我开通的", on=ON))[0] == FEE
        assert str(await knowledge.why_unusable()).startswith("知识索引正在生成（自 ")
        monkeypatch.setattr(knowledge_files, "FIRST_SECONDS", 0.0)
        assert await knowledge.why_unusable() is None, "a long build keeps nobody from working"
        assert "检索结果可能不全" in str(knowledge.files.reduced(world.time))
        while knowledge.files.figures(world.time)["index_busy"] < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert knowledge.files.figures(world.time)["index_away"] == 1
    monkeypatch.setattr(knowledge_files, "PATIENCE_SECONDS", 600.0)
    assert FEE in [hit.article.id for hit in await knowledge.find("短信费", on=ON)]
    assert knowledge.files.reduced(world.time) is None
    with sole_writer(root):
        os.utime(root / LOCK, (0, 0))
        assert knowledge.files.figures(world.time)["index_building_seconds"] > 3_600
        assert knowledge.files.reduced(world.time) == "检索索引自 08:00 起一直在生成"
    assert [knowledge.files.figures(world.time)[name] for name in ("index_away", "index_building_seconds")] == [0, 0]
