"""The files that people search by, as a process that reads them sees them: waited for a moment, never longer.

The worker that leads makes them. A process that finds none, or finds them damaged, has them made too, by the same
program under the same lock: of all processes one at a time builds.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from casebackend.calendar.rules import SHANGHAI
from casebackend.curation import building, indexing
from casebackend.database import Database
from knowledge import index
from knowledge.articles import Article, content_digest
from knowledge.locking import Builder, IndexBusy, builder
from knowledge.present import Present
from knowledge.search import Search

log = structlog.get_logger()
APART: indexing.Apart | None = building.build_apart
# So long after a build began a question waits for it; later ones are answered from the database at once.
PATIENCE_SECONDS = 2.0
RETRY_SECONDS = 5.0
BUSY_SECONDS = 0.5
# At the start files are expected; a build that takes longer keeps nobody from working.
FIRST_SECONDS = 60.0
LONG_SECONDS = 60.0


class FilesAway(Exception):
    """They cannot be used now; they are being made."""


class Files:
    def __init__(self, root: Path, database: Database) -> None:
        self._root = root
        self._search = Search(root)
        self._indexer = indexing.Indexer(root, database, apart=APART)
        self._articles: list[Article] | None = None
        self._sound = self._ever = False
        self._making: asyncio.Task[None] | None = None
        self._begun: float | None = None
        self._tried_at = float("-inf")
        self.trouble: str | None = None
        self._away_from: float | None = None

    async def take(self, edition: int, articles: list[Article]) -> None:
        """What is published at present."""
        self._search.take(await asyncio.to_thread(Present.of, edition, articles))
        self._articles = None if self._ever else articles

    def doubt(self) -> None:
        self._sound = False

    async def read[T](self, question: Callable[[Search], T]) -> T:
        await self.settled()
        try:
            return await self._asked(question)
        except index.IndexUnusable:
            self._sound = False
        await self.settled()
        try:
            return await self._asked(question)
        except index.IndexUnusable as error:
            self._sound = False
            self._away_from = time.monotonic() if self._away_from is None else self._away_from
            raise FilesAway from error

    async def _asked[T](self, question: Callable[[Search], T]) -> T:
        found = await asyncio.to_thread(question, self._search)
        self._away_from = None
        return found

    async def settled(self) -> None:
        """Until the files hold what is published, or for as long as is bearable."""
        if self._sound or await self._as_known():
            return
        if self._making is None and time.monotonic() - self._tried_at >= RETRY_SECONDS:
            self._begun = time.monotonic() if self._begun is None else self._begun
            self._making = asyncio.create_task(self._make())
        if self._making is not None and self._begun is not None:
            left = self._begun + PATIENCE_SECONDS - time.monotonic()
            await asyncio.wait({self._making}, timeout=max(0.0, left))

    async def _as_known(self) -> bool:
        """Once a process: they were made of what it has read from the database anyway."""
        if self._articles is None or self._making is not None:
            return False
        articles, self._articles = self._articles, None
        self._sound = await asyncio.to_thread(self._hold, articles)
        self._ever = self._ever or self._sound
        return self._sound

    def _hold(self, articles: list[Article]) -> bool:
        try:
            return self._search.content_digest == content_digest(articles)
        except index.IndexUnusable:
            return False

    async def _make(self) -> None:
        self._indexer.forget()
        try:
            while True:
                try:
                    await self._indexer.make()
                except IndexBusy:
                    await asyncio.sleep(BUSY_SECONDS)
                else:
                    break
            self._sound = self._ever = True
            self._begun = self.trouble = None
        except OSError:
            self.trouble = "知识索引无法写入磁盘"
        except Exception as error:  # noqa: BLE001  searched without them; tried again
            self.trouble = "知识索引没有生成成功"
            log.warning("knowledge.files_not_made", error=type(error).__name__)
        finally:
            self._making = None
            self._tried_at = time.monotonic()

    async def why_unusable(self) -> str | None:
        """What keeps this process from beginning, or needs somebody to act."""
        await self.settled()
        if self._sound:
            return None
        if self.trouble is not None:
            return self.trouble
        young = self._begun is not None and time.monotonic() - self._begun < FIRST_SECONDS
        return f"知识索引正在生成{self._since()}" if young and not self._ever else None

    def reduced(self, now: datetime) -> str | None:
        """What goes on with less meanwhile."""
        if self._away_from is not None:
            since = now - timedelta(seconds=time.monotonic() - self._away_from)
            return f"检索索引自 {_clock(since)} 起不可用，正在重建，检索结果可能不全"
        other = self.builder()
        if other is not None and (now - other.since).total_seconds() >= LONG_SECONDS:
            return f"检索索引自 {_clock(other.since)} 起一直在生成"
        return None

    def builder(self) -> Builder | None:
        return builder(self._root)

    def figures(self, now: datetime) -> dict[str, float]:
        other = self.builder()
        age = (now - other.since).total_seconds() if other else 0.0
        return {
            "index_away": float(self._away_from is not None),
            "index_building_seconds": max(age, 0.0),
            "index_busy": float(self._indexer.busy),
        }

    def _since(self) -> str:
        other = self.builder()
        return f"（自 {_clock(other.since)} 起）" if other else ""


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")
