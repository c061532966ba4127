from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from knowledge import articles


async def published(session: AsyncSession) -> list[articles.Article]:
    rows = await session.scalars(
        select(Article).where(Article.status == ArticleStatus.PUBLISHED).order_by(Article.id, Article.version)
    )
    return [
        articles.Article(
            id=row.id,
            version=row.version,
            kind=articles.Kind(row.kind),
            branch=row.branch,
            title=row.title,
            text=row.text,
            questions=tuple(row.questions),
            clause=row.clause,
            source=row.source,
            evidence=row.evidence,
            effective_from=row.effective_from,
            effective_to=row.effective_to,
            audience=articles.Audience(row.audience),
            reply=row.reply,
            links=tuple(row.links),
            supersedes=row.supersedes,
        )
        for row in rows
    ]
