"""The searchable form of the articles: built from the database, rebuilt by itself when it cannot be used."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from sanic import Sanic

from casebackend.curation import indexing, queries
from casebackend.curation.knowledge_files import Files
from casebackend.curation.published import Published
from casebackend.database import Database
from casebackend.errors import Unavailable
from casebackend.failpoints import failpoint
from knowledge.encoder import Encoder, bundled
from knowledge.fusion import Answer
from knowledge.ranking import FLOOR, Suggester, Suggestion
from knowledge.search import Hit, Search
from knowledge.snapshot import Bounds, Looked, Order

log = structlog.get_logger()
LOOK_SECONDS = 1.0
# So many entries that answer have a say in the order of what people search.
ANSWERS = 50


class KnowledgeAway(Unavailable):
    slug, title = "knowledge-unavailable", "知识库暂不可用"


class Knowledge:
    """Held once a process, loaded at the first use. Work with it goes to a thread: it is pure CPU.

    At most once a second a call asks whether anything was published or learned; then it is taken over beside the
    calls, which are answered from what was known until it stands. Suggestions need no file: they come from arrays.
    """

    def __init__(
        self,
        root: Path,
        database: Database,
        *,
        encoder: Encoder | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._published = Published()
        self.files = Files(root, database)
        self._suggester: Suggester | None = None
        self._encoder = encoder
        self._edition = -1
        self._looked_at = 0.0
        self._look_seconds = look_seconds
        self._one_loader = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None
        self._preparing: asyncio.Task[None] | None = None

    async def renewed(self) -> None:
        """Until what is being taken over stands."""
        if self._renewing is not None:
            await self._renewing

    async def prepared(self) -> None:
        """Until every entry has its vectors, where there is an encoder."""
        if self._preparing is not None:
            await self._preparing

    async def why_unusable(self) -> str | None:
        """None when it can be used; otherwise a sentence for the operator."""
        try:
            await self._loaded()
        except KnowledgeAway as away:
            return away.detail
        return await self.files.why_unusable()

    async def suggest(self, text: str, **how: Any) -> list[Suggestion]:
        suggester = await self._loaded()
        return await asyncio.to_thread(suggester.suggest, text, **how)

    async def find(self, query: str, **how: Any) -> list[Hit]:
        return await self.read(lambda search: search.find(query, **how))

    async def look(self, words: str, bounds: Bounds, *, order: Order, start: int, limit: int) -> Looked:
        """For people: a question in plain words is answered first by what the arrays hold to be its answer."""
        answers = await self._answers(words, bounds)
        return await self.read(
            lambda search: search.look(words, bounds, order=order, start=start, limit=limit, answers=answers)
        )

    async def _answers(self, words: str, bounds: Bounds) -> list[Answer]:
        if not words or bounds.on is None:
            return []
        found = await self.suggest(
            words, on=bounds.on, audience=bounds.audience, kinds=bounds.kinds, limit=ANSWERS, floor=0.0
        )
        return [Answer(each.article.id, each.article.version, each.score >= FLOOR) for each in found]

    async def read[T](self, question: Callable[[Search], T]) -> T:
        """`FilesAway` while files that are missing or damaged are made again from the database."""
        await self._loaded()
        return await self.files.read(question)

    async def reload(self) -> Suggester:
        """Everything as it stands in the database now, the files included."""
        async with self._one_loader:
            suggester = await self._load()
        self.files.doubt()
        await self.files.settled()
        return suggester

    async def _loaded(self) -> Suggester:
        if self._suggester is None:
            async with self._one_loader:
                return self._suggester or await self._load()
        await self._look()
        return self._suggester

    async def _look(self) -> None:
        if time.monotonic() - self._looked_at < self._look_seconds:
            return
        self._looked_at = time.monotonic()
        if await indexing.edition(self._database) != self._edition and self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            async with self._one_loader:
                await self._load()
        except Exception as error:  # noqa: BLE001  what was known goes on serving; the next look tries again
            log.warning("knowledge.not_renewed", error=type(error).__name__)
        finally:
            self._renewing = None

    async def _load(self) -> Suggester:
        """The edition is read first: what changes in between is seen at the next look."""
        edition = await indexing.edition(self._database)
        async with self._database.reading() as session:
            articles = await self._published.read(session)
            learned = [(id, text) for id, texts in (await queries.phrasings(session)).items() for text in texts]
        if not articles:
            raise KnowledgeAway("知识库没有条目，请先导入")
        suggester = self._suggester
        if suggester is None or not await asyncio.to_thread(suggester.update, articles, learned):
            suggester = await asyncio.to_thread(Suggester, articles, learned, encoder=self._encoder)
        await self.files.take(edition, articles)
        await failpoint("knowledge.after_build_before_swap")
        self._suggester, self._edition, self._looked_at = suggester, edition, time.monotonic()
        log.info("knowledge.loaded", count=len(articles))
        if self._encoder and (self._preparing is None or self._preparing.done()):
            self._preparing = asyncio.create_task(self._prepare())
        return suggester

    async def _prepare(self) -> None:
        """Questions are answered meanwhile: each makes the vectors that it needs itself."""
        more = True
        while more and self._suggester is not None:
            more = await asyncio.to_thread(self._suggester.prepare)


def install(app: Sanic[Any, Any]) -> None:
    settings = app.ctx.settings
    app.ctx.knowledge = Knowledge(
        settings.var_dir / indexing.FOLDER, app.ctx.database, encoder=bundled() if settings.encoder else None
    )
