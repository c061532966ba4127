"""Entries come in: with the product, or as a draft that somebody writes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.curation import entries, errors, keeping, queries
from casebackend.curation.indexing import EDITION
from casebackend.curation.model import Article, ArticleStep
from casebackend.curation.rules import OPEN, WRITERS, ArticleStatus, Step
from casebackend.database import one_at_a_time
from casebackend.outbox import service as outbox
from knowledge import articles

log = structlog.get_logger()
CHAIN = "knowledge"
SYSTEM = "service:worker"
WRITING = frozenset({Step.DRAFT, Step.EDIT})


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Imports knowledge/content once by (id, version, hash). A text changed under its old version is an error."""
    known = {
        (id, version): hash
        for id, version, hash in await session.execute(select(Article.id, Article.version, Article.hash))
    }
    fresh = 0
    for article in articles.load_content():
        hash = articles.content_hash(article)
        stored = known.get((article.id, article.version))
        if stored is None:
            session.add(_row(article, hash, now))
            fresh += 1
        elif stored != hash:
            log.warning("article.changed_without_version", article_id=article.id, version=article.version)
    await session.flush()
    await keeping.seed(session)
    if fresh:
        await editions.changed(session, EDITION)
        await audit.record(
            session,
            chain=CHAIN,
            event="articles.imported",
            actor="system:seed",
            object="knowledge:content",
            now=now,
            detail={"count": fresh},
        )


def _row(article: articles.Article, hash: str, now: datetime) -> Article:
    return Article(
        id=article.id,
        version=article.version,
        hash=hash,
        status=ArticleStatus.PUBLISHED,
        kind=article.kind,
        branch=article.branch,
        title=article.title,
        text=article.text,
        questions=list(article.questions),
        reply=article.reply,
        links=list(article.links),
        supersedes=article.supersedes,
        clause=article.clause,
        source=article.source,
        evidence=article.evidence,
        effective_from=article.effective_from,
        effective_to=article.effective_to,
        audience=article.audience,
        imported_at=now,
    )


async def draft(
    session: AsyncSession,
    fields: Mapping[str, Any],
    *,
    by: Principal,
    origin: str = "written",
    origin_id: UUID | None = None,
    now: datetime,
) -> Article:
    """A new version of the entry `fields["id"]` (copied from the last published one, then changed), or a new entry
    where no id is named. Nothing is asked of its completeness before it is submitted."""
    await one_at_a_time(session, CHAIN)
    await keeping.require_unit(session, fields)
    article_id = fields.get("id")
    base = await _base(session, str(article_id)) if article_id else None
    values = entries.blank(local_date(now))
    if base is not None:
        values |= {name: getattr(base, name) for name in entries.FIELDS} | {"effective_from": local_date(now)}
        values |= {"basis": None, "effective_to": None, "supersedes": None}
    values |= {name: fields[name] for name in entries.FIELDS if name in fields}
    row = Article(
        id=base.id if base else f"{entries.PREFIXES[articles.Kind(values['kind'])]}-{uuid4().hex[:12]}",
        version=await _next(session, base.id) if base else 1,
        row_version=1,
        status=ArticleStatus.DRAFT,
        origin=origin,
        origin_id=origin_id,
        author_id=by.user_id,
        imported_at=now,
    )
    entries.written(row, values)
    session.add(row)
    await session.flush()
    await stepped(session, row, Step.DRAFT, by=by, now=now, origin=origin)
    if not WRITERS & by.roles:
        outbox.emit(session, "article.stepped", {"article_id": row.id, "version": row.version}, now=now)
    return row


async def edit(session: AsyncSession, row: Article, fields: Mapping[str, Any], *, by: Principal, now: datetime) -> None:
    """`row` is held and may be edited: `steps.require_may`."""
    await keeping.require_unit(session, fields)
    entries.written(row, fields)
    row.row_version += 1
    await session.flush()
    await stepped(session, row, Step.EDIT, by=by, now=now)


async def stepped(
    session: AsyncSession,
    row: Article,
    step: Step,
    *,
    by: Principal | None,
    now: datetime,
    opinion: str | None = None,
    former_end: date | None = None,
    **detail: object,
) -> None:
    """One line in the history of the version and one in the audit; `by` None is the worker. Every step but those of
    writing may leave the version to another hand."""
    before = select(func.count()).where(ArticleStep.article_id == row.id, ArticleStep.version == row.version)
    session.add(
        ArticleStep(
            article_id=row.id,
            version=row.version,
            seq=int(await session.scalar(before) or 0) + 1,
            step=step,
            user_id=by.user_id if by else None,
            at=now,
            opinion=opinion,
            former_end=former_end,
        )
    )
    await audit.record(
        session, chain=CHAIN, event=f"article.{step}", actor=by.actor if by else SYSTEM,
        object=f"knowledge:{row.id}@{row.version}", now=now, detail={"status": row.status} | detail,
    )  # fmt: skip
    if step not in WRITING:
        outbox.emit(session, "article.stepped", {"article_id": row.id, "version": row.version}, now=now)


async def _base(session: AsyncSession, article_id: str) -> Article:
    """What a new version is copied from: never what was taken back while another version stands."""
    rows = await queries.versions(session, article_id)
    under_way = [row for row in rows if row.status in OPEN]
    if under_way:
        raise errors.VersionOpen(under_way[0].version)
    done = [row for row in rows if row.status in (ArticleStatus.PUBLISHED, ArticleStatus.RETIRED)]
    if not done:
        raise errors.ArticleUnknown
    return ([row for row in done if row.status == ArticleStatus.PUBLISHED] or done)[-1]


async def _next(session: AsyncSession, article_id: str) -> int:
    last = await session.scalar(select(func.max(Article.version)).where(Article.id == article_id))
    return int(last or 0) + 1
