import shutil
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update

from casebackend import failpoints
from casebackend.curation import queries, service
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from knowledge import articles
from knowledge.index import build
from tests.world import World

ON = date(2026, 3, 2)


async def test_the_content_is_imported_once(world: World) -> None:
    wanted = {(article.id, article.version) for article in articles.load_content()}
    async with world.database.transaction() as session:
        await service.seed(session, now=world.time)
        stored = {(id, version) for id, version in await session.execute(select(Article.id, Article.version))}
        assert stored == wanted
        first = await session.scalar(select(func.min(Article.imported_at)))
        assert first == await session.scalar(select(func.max(Article.imported_at)))


async def test_a_row_gives_the_article_it_came_from(world: World) -> None:
    async with world.database.reading() as session:
        known = {(article.id, article.version): article for article in await queries.published(session)}
    loaded = articles.load_content()
    assert all(replace(known[each.id, each.version], unit=None) == each for each in loaded)
    assert any(known[each.id, each.version].unit for each in loaded)


async def test_what_was_retired_is_not_suggested(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(
            update(Article).where(Article.id == "biz-annual-fee").values(status=ArticleStatus.RETIRED)
        )
    found = await world.app.ctx.knowledge.suggest("信用卡年费", on=ON)
    assert "biz-annual-fee" not in [each.article.id for each in found]


async def test_a_damaged_index_is_built_again_by_itself(world: World) -> None:
    knowledge = world.app.ctx.knowledge
    before = [hit.article.id for hit in await knowledge.find("年费", on=ON)]
    shutil.rmtree(world.settings.var_dir / "index")
    assert [hit.article.id for hit in await knowledge.find("年费", on=ON)] == before != []


async def test_an_index_of_other_articles_is_not_used(world: World) -> None:
    other = [replace(article, title="旧费率") for article in articles.load_content()]
    build(world.settings.var_dir / "index", other)
    found = await world.app.ctx.knowledge.find("年费", on=ON)
    assert found
    assert all(hit.article.title != "旧费率" for hit in found)


async def test_a_crash_before_the_swap_leaves_an_index_that_the_next_start_uses(world: World) -> None:
    failpoints.arm("knowledge.after_build_before_swap", "raise")
    try:
        with pytest.raises(failpoints.InjectedFault):
            await world.app.ctx.knowledge.find("年费", on=ON)
    finally:
        failpoints.disarm()
    assert await world.app.ctx.knowledge.find("年费", on=ON)
    assert len(list((world.settings.var_dir / "index").glob("gen-*"))) == 1
