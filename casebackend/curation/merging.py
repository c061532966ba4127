"""合并: a draft takes what another entry is asked by, its title too, and replaces it on the day it is published."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.curation import errors, queries, service
from casebackend.curation.model import Article


async def merge(session: AsyncSession, row: Article, other_id: str, *, by: Principal, now: datetime) -> None:
    """`row` is held and may be edited."""
    other = await queries.last_published(session, other_id)
    if other is None or other.id == row.id:
        raise errors.ArticleUnknown
    if row.supersedes not in (None, other.id):
        raise errors.MergedAlready(str(row.supersedes))
    learned = (await queries.phrasings(session)).get(other.id, [])
    questions = [*row.questions, *other.questions, *learned, other.title]
    await service.edit(session, row, {"questions": questions, "supersedes": other.id}, by=by, now=now)
