"""Whoosh's files, made by one process: the worker that leads. The others only read them."""

import asyncio
from collections.abc import Sequence
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
NOW = select(Edition.edition).where(Edition.name == EDITION)


async def edition(database: Database) -> int:
    """How often what is searched was changed: one small statement."""
    found = await database.look(NOW)
    return int(found[0]) if found else 0


class Indexer:
    def __init__(self, root: Path, database: Database) -> None:
        self._root = root
        self._database = database
        self._kept: tuple[int, Path] | None = None

    async def keep(self) -> bool:
        """True when it was built anew. Whoever else is building has the same articles: the next look will tell."""
        current = await edition(self._database)
        if self._kept == (current, self._folder()):
            return False
        async with self._database.reading() as session:
            articles = await queries.published(session)
        if not articles:
            return False
        try:
            built = await asyncio.to_thread(build_if_needed, self._root, articles)
        except index.IndexBusy:
            return False
        folder = self._folder()
        if folder is not None:
            self._kept = current, folder
        return built

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
