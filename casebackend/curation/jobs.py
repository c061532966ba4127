"""What the worker does with the knowledge: publishes at the hour that was set, and notes what has come to its end.
Whatever was missed while it stood still is done when it runs again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.calendar.rules import local_date
from casebackend.curation import publishing, queries
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus, Step, was_ended
from casebackend.curation.service import stepped
from casebackend.errors import DomainError
from casebackend.outbox import service as outbox

type Key = tuple[str, int]


async def to_publish(session: AsyncSession, *, now: datetime) -> Sequence[Key]:
    rows = await session.execute(
        select(Article.id, Article.version)
        .where(Article.status == ArticleStatus.APPROVED, Article.publish_at <= now)
        .order_by(Article.publish_at, Article.id)
    )
    return [(id, version) for id, version in rows]


async def publish(session: AsyncSession, key: Key, *, now: datetime) -> None:
    """What clashes with something that came meanwhile goes back to its author."""
    row = await queries.hold(session, *key)
    if row.status != ArticleStatus.APPROVED or row.publish_at is None or row.publish_at > now:
        return
    try:
        async with session.begin_nested():
            await publishing.publish(session, row, by=None, now=now)
    except DomainError as refused:
        await session.refresh(row)
        row.status, row.publish_at = ArticleStatus.RETURNED, None
        row.row_version += 1
        await session.flush()
        opinion = f"定时发布未成：{refused.detail}"
        await stepped(session, row, Step.RETURN, by=None, now=now, opinion=opinion)


async def to_expire(session: AsyncSession, *, now: datetime) -> Sequence[Key]:
    """The last version of each entry whose last day has passed since it came to us, once."""
    rows = await session.scalars(
        select(Article).where(Article.status == ArticleStatus.PUBLISHED, Article.effective_to < local_date(now))
    )
    ended = [row for row in rows if row.effective_to and row.effective_to >= local_date(row.imported_at)]
    due = []
    for row in ended:
        last = await queries.last_published(session, row.id)
        done = {step.step for step in await queries.steps(session, row.id, row.version)}
        if last is not None and last.version == row.version and Step.EXPIRE not in done:
            due.append((row.id, row.version))
    return due


async def expire(session: AsyncSession, key: Key, *, now: datetime) -> None:
    """An entry that somebody ended is retired; one whose time was known from the start is only out of force, and is
    still found by whoever asks what held then."""
    row = await queries.hold(session, *key)
    done = [step.step for step in await queries.steps(session, *key)]
    if row.status != ArticleStatus.PUBLISHED or Step.EXPIRE in done:
        return
    if was_ended(done):
        await publishing.retired(session, row)
    row.row_version += 1
    await session.flush()
    await stepped(session, row, Step.EXPIRE, by=None, now=now)
    outbox.emit(session, "knowledge.retired", {"article_id": row.id, "version": row.version}, now=now)
    await editions.changed(session, publishing.EDITION)
