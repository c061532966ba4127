from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.dictionaries.model import DictionaryTerm

DICTIONARIES = "dictionaries"


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it is kept in the process."""

    id: str
    name: str
    code: str | None
    parent_id: str | None
    keywords: tuple[str, ...]


async def terms(session: AsyncSession, dictionary: str) -> Sequence[Term]:
    """The active terms, in their order."""
    return (await editions.kept(session, DICTIONARIES, _load)).get(dictionary, ())


async def _load(session: AsyncSession) -> Mapping[str, tuple[Term, ...]]:
    found = await session.scalars(
        select(DictionaryTerm).where(DictionaryTerm.active).order_by(DictionaryTerm.dictionary, DictionaryTerm.seq)
    )
    held: dict[str, list[Term]] = {}
    for row in found:
        term = Term(row.id, row.name, row.code, row.parent_id, tuple(row.keywords))
        held.setdefault(row.dictionary, []).append(term)
    return {dictionary: tuple(rows) for dictionary, rows in held.items()}


async def keywords(session: AsyncSession, dictionary: str) -> dict[str, Sequence[str]]:
    return {term.name: term.keywords for term in await terms(session, dictionary) if term.keywords}


async def has_name(session: AsyncSession, dictionary: str, name: str) -> bool:
    return any(term.name == name for term in await terms(session, dictionary))
