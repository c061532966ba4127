"""What is published, as one process holds it: a row that has not changed since it was read is not read again."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.curation import queries
from casebackend.curation.model import Article as Row
from casebackend.curation.rules import ArticleStatus
from knowledge.articles import Article

type Key = tuple[str, int]
# With more rows than this that changed, all are read at once.
MOST_CHANGED = 1_000
_STAMPS = (
    select(Row.id, Row.version, Row.row_version, Row.hash)
    .where(Row.status == ArticleStatus.PUBLISHED)
    .order_by(Row.id, Row.version)
)


class Published:
    """Whoever changes a published row counts its `row_version` up, or changes its `hash`."""

    def __init__(self) -> None:
        self._stamps: dict[Key, tuple[int, str]] = {}
        self._articles: dict[Key, Article] = {}

    async def read(self, session: AsyncSession) -> list[Article]:
        stamps = {(id, version): (count, digest) for id, version, count, digest in await session.execute(_STAMPS)}
        changed = {key for key, stamp in stamps.items() if self._stamps.get(key) != stamp}
        if len(changed) > MOST_CHANGED:
            found = await queries.published(session)
        else:
            found = await queries.published_of(session, {article_id for article_id, _ in changed})
        known = self._articles | {(article.id, article.version): article for article in found}
        self._articles = {key: known[key] for key in stamps if key in known}
        self._stamps = {key: stamps[key] for key in self._articles}
        return list(self._articles.values())
