"""Redacted candidates as arrays, held once a process: what changed since the last look is added, what went is passed
over. Nothing but words of redacted texts is in here."""

import asyncio
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sanic import Sanic
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.candidates.model import Candidate
from casebackend.candidates.queries import PRECEDENTS, usable
from knowledge.analyzer import Lexicon, default_lexicon
from knowledge.postings import Postings

WORD, PAIR, CONCEPT = "wps"
WEIGHTS = {WORD: 1.0, PAIR: 0.6, CONCEPT: 1.5}
# Of a long story the most telling words are enough.
MOST_TERMS = 80
AT_ONCE = 500
# Below this share of what was said, two stories have only everyday words in common.
FLOOR = 0.06
SAME_CATEGORY, SAME_CAUSE = 0.15, 0.1
# So many times as many as are wanted are weighed by what they are about.
AHEAD = 5


@dataclass(frozen=True, slots=True)
class Told:
    id: UUID
    version: int
    category: str
    cause: str
    text: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """`share`: of what was asked, weighed by how telling it is, so much is in the other; 0 to 1."""

    candidate_id: UUID
    score: float
    share: float


class Index:
    def __init__(self) -> None:
        self._lexicon = default_lexicon()
        self._lock = threading.Lock()
        self._postings = Postings()
        self._told: list[Told] = []
        self._place: dict[UUID, int] = {}

    def __len__(self) -> int:
        return len(self._place)

    def versions(self) -> dict[UUID, int]:
        return {id: self._told[place].version for id, place in self._place.items()}

    def add(self, told: Iterable[Told]) -> None:
        made = [(each, terms(self._lexicon, each.text)) for each in told]
        with self._lock:
            for each, found in made:
                self._place[each.id] = self._postings.add(found)
                self._told.append(Told(each.id, each.version, each.category, each.cause, ""))

    def keep(self, ids: Collection[UUID]) -> None:
        with self._lock:
            self._place = {id: place for id, place in self._place.items() if id in ids}

    @property
    def worn(self) -> bool:
        """More is passed over than is there: time for a new one."""
        return len(self._told) > 200 + 2 * len(self._place)

    def like(self, text: str, *, category: str | None, cause: str | None, most: int) -> list[Likeness]:
        asked = dict.fromkeys(terms(self._lexicon, text))
        with self._lock:
            if not asked or not self._place:
                return []
            telling = {term: WEIGHTS[term[0]] * self._postings.idf(term) for term in asked}
            best = dict(sorted(telling.items(), key=lambda each: -each[1])[:MOST_TERMS])
            share = self._postings.score({term: WEIGHTS[term[0]] for term in best}) / _most(best, self._postings)
            places = np.fromiter(self._place.values(), dtype=np.int64)
            places = places[np.lexsort((places, -share[places]))][: most * AHEAD]
            scores = share[places] * np.array([self._weight(place, category, cause) for place in places.tolist()])
            order = np.lexsort((places, -scores))[:most]
            return [
                Likeness(self._told[place].id, float(score), min(float(share[place]), 1.0))
                for place, score in zip(places[order].tolist(), scores[order], strict=True)
                if share[place] >= FLOOR
            ]

    def _weight(self, place: int, category: str | None, cause: str | None) -> float:
        told = self._told[place]
        return 1 + SAME_CATEGORY * (told.category == category) + SAME_CAUSE * (told.cause == cause)


def _most(best: Mapping[str, float], postings: Postings) -> float:
    """What a text of usual length that holds all of it would get."""
    return max(sum(best.values()), 1e-9)


def terms(lexicon: Lexicon, text: str) -> list[str]:
    words = [WORD + piece.text for piece in lexicon.words(text) if len(piece.text) > 1]
    pairs = [PAIR + piece.text for piece in lexicon.telling_grams(text) if len(piece.text) > 1]
    return [*words, *pairs, *(CONCEPT + concept for concept, _ in lexicon.concepts(text))]


class Precedents:
    def __init__(self) -> None:
        self._index: Index | None = None
        self._wanted: dict[UUID, int] | None = None
        self._one_loader = asyncio.Lock()

    async def like(
        self, session: AsyncSession, text: str, *, category: str | None = None, cause: str | None = None, most: int
    ) -> list[Likeness]:
        index = await self._current(session)
        return await asyncio.to_thread(index.like, text, category=category, cause=cause, most=most)

    async def _current(self, session: AsyncSession) -> Index:
        wanted = await editions.kept(session, PRECEDENTS, _versions, key="versions")
        async with self._one_loader:
            index = self._index
            if index is not None and wanted is self._wanted:
                return index
            if index is None or index.worn:
                index = await asyncio.to_thread(Index)
            held = {id for id, version in index.versions().items() if wanted.get(id) == version}
            index.keep(held)
            missing = [id for id in wanted if id not in held]
            for start in range(0, len(missing), AT_ONCE):
                told = await _told(session, missing[start : start + AT_ONCE])
                await asyncio.to_thread(index.add, told)
            self._index, self._wanted = index, wanted
            return index


async def _versions(session: AsyncSession) -> dict[UUID, int]:
    return {
        id: version
        for id, version in await session.execute(select(Candidate.id, Candidate.row_version).where(usable()))
    }


async def _told(session: AsyncSession, ids: Sequence[UUID]) -> list[Told]:
    columns = (
        Candidate.id,
        Candidate.row_version,
        Candidate.category,
        Candidate.cause,
        Candidate.facts,
        Candidate.demand,
    )
    rows = await session.execute(select(*columns).where(Candidate.id.in_(ids)))
    return [
        Told(id, version, category, cause, f"{facts}\n{demand}") for id, version, category, cause, facts, demand in rows
    ]


def install(app: Sanic[Any, Any]) -> None:
    app.ctx.precedents = Precedents()
