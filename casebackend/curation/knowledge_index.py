"""The searchable form of the articles: built from the database, rebuilt by itself when it cannot be used."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from sanic import Sanic

from casebackend.curation import queries
from casebackend.database import Database
from casebackend.errors import Unavailable
from casebackend.failpoints import failpoint
from knowledge import index
from knowledge.articles import Article, content_digest
from knowledge.ranking import Suggester, Suggestion
from knowledge.search import Hit, Search

log = structlog.get_logger()
BUSY_TRIES = 20
BUSY_SECONDS = 0.5


class KnowledgeAway(Unavailable):
    slug, title = "knowledge-unavailable", "知识库暂不可用"


class Knowledge:
    """Held once a process, loaded at the first use. Work with it goes to a thread: it is pure CPU."""

    def __init__(self, root: Path, database: Database) -> None:
        self._root = root
        self._database = database
        self._search = Search(root)
        self._suggester: Suggester | None = None
        self._one_loader = asyncio.Lock()

    async def why_unusable(self) -> str | None:
        """None when it can be used; otherwise a sentence for the operator."""
        try:
            await self._loaded()
        except KnowledgeAway as away:
            return away.detail
        return None

    async def suggest(self, text: str, **how: Any) -> list[Suggestion]:
        suggester = await self._loaded()
        return await asyncio.to_thread(suggester.suggest, text, **how)

    async def find(self, query: str, **how: Any) -> list[Hit]:
        """A damaged index is made again at once, from the database."""
        await self._loaded()
        try:
            return await asyncio.to_thread(self._search.find, query, **how)
        except index.IndexUnusable:
            await self.reload()
            return await asyncio.to_thread(self._search.find, query, **how)

    async def reload(self) -> Suggester:
        async with self._one_loader:
            return await self._load()

    async def _loaded(self) -> Suggester:
        if self._suggester is None:
            async with self._one_loader:
                return self._suggester or await self._load()
        return self._suggester

    async def _load(self) -> Suggester:
        async with self._database.reading() as session:
            articles = await queries.published(session)
        if not articles:
            raise KnowledgeAway("知识库没有条目，请先导入")
        await self._build_if_needed(articles)
        suggester = await asyncio.to_thread(Suggester, articles)
        await failpoint("knowledge.after_build_before_swap")
        self._suggester = suggester
        log.info("knowledge.loaded", count=len(articles))
        return suggester

    async def _build_if_needed(self, articles: Sequence[Article]) -> None:
        digest = content_digest(articles)
        for _ in range(BUSY_TRIES):
            try:
                await asyncio.to_thread(index.open_current, self._root, digest)
            except index.IndexUnusable:
                log.info("knowledge.rebuilding", count=len(articles))
            else:
                return
            try:
                await asyncio.to_thread(index.build, self._root, articles)
            except index.IndexBusy:
                await asyncio.sleep(BUSY_SECONDS)
            except OSError as error:
                raise KnowledgeAway("知识索引无法写入磁盘") from error
        raise KnowledgeAway("知识索引正在由另一个程序重建，请稍后再试")


def install(app: Sanic[Any, Any]) -> None:
    app.ctx.knowledge = Knowledge(app.ctx.settings.var_dir / "index", app.ctx.database)
