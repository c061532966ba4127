"""Whoosh's files, made by one process: the worker that leads. The others only read them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from casebackend.curation import queries
from casebackend.database import Database
from casebackend.editions import Edition
from knowledge import index
from knowledge.articles import Article, content_digest
from knowledge.locking import IndexBusy, builder

log = structlog.get_logger()
EDITION = "knowledge"
FOLDER = "index"
NOW = select(Edition.edition).where(Edition.name == EDITION)
# A build takes a few milliseconds for an entry; what takes so much longer hangs.
LEAST_PATIENCE, PATIENCE_PER_ENTRY = timedelta(minutes=2), timedelta(milliseconds=30)
SAID_AGAIN_SECONDS = 60

type Apart = Callable[[Path, str, timedelta], Awaitable[bool]]


class IndexHeld(Exception):
    """Another process holds the files for longer than any build takes; nobody else can make them."""


async def edition(database: Database) -> int:
    """How often what is searched was changed: one small statement."""
    found = await database.look(NOW)
    return int(found[0]) if found else 0


def patience(count: int) -> timedelta:
    return LEAST_PATIENCE + count * PATIENCE_PER_ENTRY


class Indexer:
    """`apart` makes the files in another process, which is ended when it hangs; it says whether it built them."""

    def __init__(self, root: Path, database: Database, *, apart: Apart | None = None) -> None:
        self._root = root
        self._database = database
        self._apart = apart
        self._kept: tuple[int, Path] | None = None
        self._busy_since = self._said_at = 0.0
        self.busy = 0

    def forget(self) -> None:
        """Looked at again whatever was kept: the files may be damaged."""
        self._kept = None

    async def keep(self) -> bool:
        """True when it was built anew. Whoever else is building has the same articles: the next look will tell."""
        try:
            return await self.make()
        except IndexBusy:
            return False

    async def make(self) -> bool:
        """`IndexBusy` while another builds."""
        current = await edition(self._database)
        if self._kept == (current, self._folder()):
            return False
        async with self._database.reading() as session:
            count = await queries.count_published(session)
        if count == 0:
            return False
        try:
            built = await self._built(current, patience(count))
        except IndexBusy:
            self._turned_away(patience(count))
            raise
        self._busy_since = self._said_at = 0.0
        folder = self._folder()
        if folder is not None:
            self._kept = current, folder
        return built

    async def _built(self, current: int, limit: timedelta) -> bool:
        """Asked first without reading anything: who waits for another asks often."""
        if builder(self._root) is not None:
            raise IndexBusy
        if self._apart is not None:
            return await self._apart(self._root, self._database.url, limit)
        async with self._database.reading() as session:
            articles = await queries.published(session)
        return await asyncio.to_thread(build_if_needed, self._root, articles, current)

    def _turned_away(self, limit: timedelta) -> None:
        """Said at once and again every minute; an error of the job when it can be no build any more."""
        self.busy += 1
        moment = time.monotonic()
        self._busy_since = self._busy_since or moment
        seconds, other = moment - self._busy_since, builder(self._root)
        if not self._said_at or moment - self._said_at >= SAID_AGAIN_SECONDS:
            self._said_at = moment
            since = other.since.isoformat() if other else None
            log.warning("knowledge.index_busy", pid=other.pid if other else 0, since=since, seconds=round(seconds))
        if seconds > 2 * limit.total_seconds():
            raise IndexHeld

    def _folder(self) -> Path | None:
        try:
            return index.current_folder(self._root)
        except index.IndexUnusable:
            return None


def build_if_needed(root: Path, articles: Sequence[Article], edition: int = 0) -> bool:
    try:
        index.open_current(root, content_digest(articles))
    except index.IndexUnusable as why:
        log.info("knowledge.rebuilding", count=len(articles), reason=str(why))
        index.build(root, articles, edition=edition)
        return True
    return False
