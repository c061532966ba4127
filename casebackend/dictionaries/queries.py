from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.dictionaries.model import FIRST, DictionaryChange, DictionaryTerm

DICTIONARIES = "dictionaries"


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it is kept in the process."""

    id: str
    name: str
    code: str | None
    parent_id: str | None
    keywords: tuple[str, ...]
    effective_from: date = FIRST
    effective_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


async def terms(session: AsyncSession, dictionary: str, *, on: date | None = None) -> Sequence[Term]:
    """The active terms, in their order: those in force on a day, else the newest of each."""
    held = (await editions.kept(session, DICTIONARIES, _load)).get(dictionary, ())
    return tuple(term for term in held if (term.holds_on(on) if on else term.effective_to is None))


async def version_on(session: AsyncSession, dictionary: str, day: date) -> Mapping[str, str | None]:
    """The version in force on a day: the names that hold and their official codes, None while we do not hold them."""
    return {term.name: term.code for term in await terms(session, dictionary, on=day)}


def base_of(term_id: str) -> str:
    """What all versions of one word have in common."""
    return term_id.partition("@")[0]


async def _load(session: AsyncSession) -> Mapping[str, tuple[Term, ...]]:
    found = await session.scalars(
        select(DictionaryTerm).where(DictionaryTerm.active).order_by(DictionaryTerm.dictionary, DictionaryTerm.seq)
    )
    rows = found.all()
    # A parent is named by what its versions have in common; a reader finds the one that holds.
    newest = {base_of(row.id): row.id for row in sorted(rows, key=lambda row: row.effective_from)}
    held: dict[str, list[Term]] = {}
    for row in rows:
        above = newest.get(base_of(row.parent_id), row.parent_id) if row.parent_id else None
        term = Term(row.id, row.name, row.code, above, tuple(row.keywords), row.effective_from, row.effective_to)
        held.setdefault(row.dictionary, []).append(term)
    return {dictionary: tuple(rows) for dictionary, rows in held.items()}


async def keywords(session: AsyncSession, dictionary: str) -> dict[str, Sequence[str]]:
    return {term.name: term.keywords for term in await terms(session, dictionary) if term.keywords}


async def has_name(session: AsyncSession, dictionary: str, name: str) -> bool:
    return any(term.name == name for term in await terms(session, dictionary))


async def changes(session: AsyncSession, dictionary: str, *, most: int = 200) -> Sequence[DictionaryChange]:
    """Newest first."""
    order = (DictionaryChange.added_at.desc(), DictionaryChange.id)
    query = select(DictionaryChange).where(DictionaryChange.dictionary == dictionary).order_by(*order)
    return (await session.scalars(query.limit(most))).all()
