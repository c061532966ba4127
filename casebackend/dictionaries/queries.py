from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.dictionaries.model import DictionaryTerm


async def terms(session: AsyncSession, dictionary: str) -> Sequence[DictionaryTerm]:
    found = await session.scalars(
        select(DictionaryTerm)
        .where(DictionaryTerm.dictionary == dictionary, DictionaryTerm.active)
        .order_by(DictionaryTerm.seq)
    )
    return found.all()


async def keywords(session: AsyncSession, dictionary: str) -> dict[str, list[str]]:
    return {term.name: term.keywords for term in await terms(session, dictionary) if term.keywords}


async def has_name(session: AsyncSession, dictionary: str, name: str) -> bool:
    return any(term.name == name for term in await terms(session, dictionary))
