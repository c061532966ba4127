from collections.abc import Collection, Sequence
from datetime import date
from itertools import batched
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.values import LARGEST
from casebackend.curation import errors
from casebackend.curation.entries import entry
from casebackend.curation.model import Article, ArticleStep, ChangeRequest, Phrasing
from casebackend.curation.rules import ArticleStatus, PhrasingState
from knowledge import articles

# So many ids one statement names.
MOST_NAMED = 500


async def published(session: AsyncSession) -> list[articles.Article]:
    rows = await session.scalars(
        select(Article).where(Article.status == ArticleStatus.PUBLISHED).order_by(Article.id, Article.version)
    )
    return [entry(row) for row in rows]


async def count_published(session: AsyncSession) -> int:
    query = select(func.count()).select_from(Article).where(Article.status == ArticleStatus.PUBLISHED)
    return int(await session.scalar(query) or 0)


async def published_of(session: AsyncSession, ids: Collection[str]) -> list[articles.Article]:
    found: list[articles.Article] = []
    for some in batched(sorted(ids), MOST_NAMED):
        rows = await session.scalars(
            select(Article)
            .where(Article.status == ArticleStatus.PUBLISHED, Article.id.in_(some))
            .order_by(Article.id, Article.version)
        )
        found += [entry(row) for row in rows]
    return found


async def in_force(session: AsyncSession, article_id: str, on: date) -> bool:
    """Whether any of its versions counts on that day."""
    known = articles.close_superseded(await published_of(session, {article_id}))
    return any(each.in_force(on) for each in known)


async def questions(session: AsyncSession) -> dict[str, list[str]]:
    """Of each entry the titles and questions of all its published versions, and what it has learned."""
    found: dict[str, list[str]] = {}
    rows = await session.execute(
        select(Article.id, Article.title, Article.questions).where(Article.status == ArticleStatus.PUBLISHED)
    )
    for article_id, title, asked in rows:
        found.setdefault(article_id, []).extend((title, *asked))
    for article_id, learned in (await phrasings(session)).items():
        if article_id in found:
            found[article_id] += learned
    return found


async def versions(session: AsyncSession, article_id: str) -> Sequence[Article]:
    """All of one entry, oldest first, drafts included."""
    rows = await session.scalars(select(Article).where(Article.id == article_id).order_by(Article.version))
    return rows.all()


async def version(session: AsyncSession, article_id: str, number: int) -> Article:
    _require_a_version(number)
    found = await session.get(Article, (article_id, number))
    if found is None:
        raise errors.ArticleUnknown
    return found


async def hold(session: AsyncSession, article_id: str, number: int) -> Article:
    """The version as it stands, until the end of the transaction."""
    _require_a_version(number)
    found: Article | None = await session.scalar(
        select(Article)
        .where(Article.id == article_id, Article.version == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.ArticleUnknown
    return found


def _require_a_version(number: int) -> None:
    """No database asks for what no column holds."""
    if not 0 < number <= LARGEST:
        raise errors.ArticleUnknown


async def last_published(session: AsyncSession, article_id: str) -> Article | None:
    found: Article | None = await session.scalar(
        select(Article)
        .where(Article.id == article_id, Article.status == ArticleStatus.PUBLISHED)
        .order_by(Article.version.desc())
        .limit(1)
    )
    return found


async def steps(session: AsyncSession, article_id: str, number: int) -> Sequence[ArticleStep]:
    """In the order in which they were taken."""
    rows = await session.scalars(
        select(ArticleStep)
        .where(ArticleStep.article_id == article_id, ArticleStep.version == number)
        .order_by(ArticleStep.at, ArticleStep.seq)
    )
    return rows.all()


async def branches(session: AsyncSession) -> list[str]:
    """Of the tree, as far as published entries stand on it."""
    rows = await session.scalars(
        select(Article.branch).where(Article.status == ArticleStatus.PUBLISHED).distinct().order_by(Article.branch)
    )
    return [*rows]


async def unknown_ids(session: AsyncSession, ids: Sequence[str]) -> list[str]:
    known = set(await session.scalars(select(Article.id).where(Article.id.in_(ids)).distinct())) if ids else set()
    return [each for each in ids if each not in known]


async def phrasings(session: AsyncSession) -> dict[str, list[str]]:
    """What each entry has learned to be asked by."""
    found: dict[str, list[str]] = {}
    rows = await session.execute(
        select(Phrasing.article_id, Phrasing.text).where(Phrasing.state == PhrasingState.ACCEPTED)
    )
    for article_id, text in rows:
        found.setdefault(article_id, []).append(text)
    return found


async def phrasings_of(session: AsyncSession, ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for some in batched(sorted(ids), MOST_NAMED):
        query = select(Phrasing.article_id, Phrasing.text).where(Phrasing.article_id.in_(some))
        for article_id, text in await session.execute(query.where(Phrasing.state == PhrasingState.ACCEPTED)):
            found.setdefault(article_id, []).append(text)
    return found


async def titles(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """Of the newest version of each."""
    rows = await session.execute(
        select(Article.id, Article.title).where(Article.id.in_(ids)).order_by(Article.id, Article.version)
    )
    return {id: title for id, title in rows}


async def asking_units(session: AsyncSession) -> list[UUID]:
    """Units that have asked for a change."""
    rows = await session.scalars(select(ChangeRequest.unit_id).where(ChangeRequest.unit_id.is_not(None)).distinct())
    return [unit for unit in rows if unit is not None]
