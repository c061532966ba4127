"""复核: what was published is looked at again by its day, and who uses it sees when that day has passed."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.curation.model import Article, ArticleStep
from casebackend.curation.rules import (
    ArticleStatus,
    Review,
    ReviewTerms,
    Step,
    barred_from_bot,
    review_due,
    review_state,
)
from casebackend.policies import service as policies

type Key = tuple[str, int]
NAMES = ("cycle", "first", "spread", "grace", "bot")


async def terms(session: AsyncSession, now: datetime) -> ReviewTerms:
    values = await policies.values_in_force(session, now)
    return ReviewTerms(*(int(values[f"knowledge.review_{name}_days"]) for name in NAMES))


async def states(session: AsyncSession, keys: Collection[Key], *, now: datetime) -> dict[Key, tuple[date, Review]]:
    """Of these versions those whose day has come, with the day."""
    if not keys:
        return {}
    held, today = await terms(session, now), local_date(now)
    rows = await session.execute(_dated().where(tuple_(Article.id, Article.version).in_(list(keys))))
    days = {(row.id, row.version): _due(row, held) for row in rows}
    found = {key: (day, review_state(day, today, held.grace)) for key, day in days.items()}
    return {key: (day, state) for key, (day, state) in found.items() if state is not None}


async def barred(session: AsyncSession, key: Key, *, now: datetime) -> bool:
    """Whether nobody has looked at this version for so long that no machine answers a customer by it."""
    held = await terms(session, now)
    rows = await session.execute(_dated().where(Article.id == key[0], Article.version == key[1]))
    return any(barred_from_bot(_due(row, held), local_date(now), held) for row in rows)


async def due(session: AsyncSession, *, now: datetime, most: int | None = None, since: date = date.min) -> list[Key]:
    """Of every entry in force the last version, where its day has come, not before `since`; the longest overdue
    first."""
    held, today = await terms(session, now), local_date(now)
    soonest = now - timedelta(days=min(held.cycle, held.first) - 1)  # a day of the calendar begins before this hour
    newest = (
        select(Article.id, func.max(Article.version).label("version"))
        .where(Article.status == ArticleStatus.PUBLISHED)
        .group_by(Article.id)
        .subquery()
    )
    query = (
        _dated()
        .join(newest, (newest.c.id == Article.id) & (newest.c.version == Article.version))
        .where(func.coalesce(Article.published_at, Article.imported_at) <= soonest)
        .where(or_(Article.effective_to.is_(None), Article.effective_to >= today))
    )
    days = {(row.id, row.version): _due(row, held) for row in await session.execute(query)}
    return sorted((key for key, day in days.items() if since <= day <= today), key=lambda key: (days[key], key))[:most]


def _dated() -> Any:
    judged: ColumnElement[datetime] = (
        select(func.max(ArticleStep.at))
        .where(
            ArticleStep.article_id == Article.id,
            ArticleStep.version == Article.version,
            ArticleStep.step.in_((Step.VERIFY, Step.DISPUTE)),
        )
        .scalar_subquery()
    )
    return select(Article.id, Article.version, Article.published_at, Article.imported_at, judged.label("judged_at"))


def _due(row: Row[Any], held: ReviewTerms) -> date:
    seen = row.judged_at or row.published_at
    return review_due(row.id, local_date(seen) if seen else None, local_date(row.imported_at), held)
