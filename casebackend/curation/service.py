from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from knowledge import articles

log = structlog.get_logger()


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
    if fresh:
        await audit.record(
            session,
            chain="knowledge",
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
