"""Whether the entries that wordings of colleagues were made from still hold."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.curation import queries as curation
from knowledge import articles


async def in_force(session: AsyncSession, ids: Collection[str], on: date) -> dict[str, int]:
    """The version of each that counts on a day; none where the entry does not."""
    found = articles.close_superseded(await curation.published_of(session, ids)) if ids else []
    return {each.id: each.version for each in found if each.in_force(on)}
