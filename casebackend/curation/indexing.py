"""Whoosh's files, made by one process: the worker that leads. The others only read them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog
from sqlalchemy import select

from casebackend.curation import queries
from casebackend.database import Database
from casebackend.editions import Edition
from knowledge import index
from knowledge.articles import Article, content_digest

log = structlog.get_logger()
EDITION = "knowledge"
FOLDER = "index"
APART_FROM = 3_000
NOW = select(Edition.edition).where(Edition.name == EDITION)


async def edition(database: Database) -> int:
    """How often what is searched was changed: one small statement."""
    found = await database.look(NOW)
    return int(found[0]) if found else 0


class Indexer:
    """`apart` makes the files in another process where there are `apart_from` published versions or more: fewer take
    less time than a process takes to begin. It says whether it built them."""

    def __init__(
        self,
        root: Path,
        database: Database,
        *,
        apart: Callable[[Path, str], Awaitable[bool]] | None = None,
        apart_from: int = APART_FROM,
    ) -> None:
        self._root = root
        self._database = database
        self._apart = apart
        self._apart_from = apart_from
        self._kept: tuple[int, Path] | None = None

    async def keep(self) -> bool:
        """True when it was built anew. Whoever else is building has the same articles: the next look will tell."""
        current = await edition(self._database)
        if self._kept == (current, self._folder()):
            return False
        try:
            built = await self._built()
        except index.IndexBusy:
            return False
        folder = self._folder()
        if folder is not None:
            self._kept = current, folder
        return built

    async def _built(self) -> bool:
        async with self._database.reading() as session:
            count = await queries.count_published(session)
            apart = self._apart if count >= self._apart_from else None
            articles = await queries.published(session) if apart is None else []
        if count == 0:
            return False
        if apart is not None:
            return await apart(self._root, self._database.url)
        return await asyncio.to_thread(build_if_needed, self._root, articles)

    def _folder(self) -> Path | None:
        try:
            return index.current_folder(self._root)
        except index.IndexUnusable:
            return None


def build_if_needed(root: Path, articles: Sequence[Article]) -> bool:
    try:
        index.open_current(root, content_digest(articles))
    except index.IndexUnusable as why:
        log.info("knowledge.rebuilding", count=len(articles), reason=str(why))
        index.build(root, articles)
        return True
    return False
