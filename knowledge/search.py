import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from knowledge.articles import Article, Audience, Kind
from knowledge.engine import BM25F, And, Or, Term, TermRange
from knowledge.highlights import Segment, excerpt, highlight
from knowledge.index import META, IndexUnusable, OpenedIndex, current_folder, open_current, stored_article
from knowledge.query import compose, parse

Generation = tuple[Path, int, int]


@dataclass(frozen=True, slots=True)
class Hit:
    article: Article
    score: float
    title: tuple[Segment, ...]
    excerpt: tuple[Segment, ...]


class Search:
    """One searcher for all threads; replaced, never refreshed, when `current` leads elsewhere."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._one_at_a_time = threading.Lock()
        self._held: tuple[Generation, _Snapshot] | None = None

    def find(
        self,
        query: str,
        *,
        on: date,
        kinds: Collection[Kind] | None = None,
        audience: Audience | None = None,
        limit: int = 10,
    ) -> list[Hit]:
        chosen = None if kinds is None else frozenset(kinds)
        with self._one_at_a_time:
            return self._current().find(query, on, chosen, audience, limit)

    @property
    def content_digest(self) -> str:
        with self._one_at_a_time:
            return self._current().content_digest

    def _current(self) -> "_Snapshot":
        generation = _generation(self._root)
        if self._held is None or self._held[0] != generation:
            self._held = (generation, _Snapshot(open_current(self._root)))
        return self._held[1]


class _Snapshot:
    def __init__(self, opened: OpenedIndex) -> None:
        self.content_digest = opened.content_digest
        self._searcher = opened.whoosh.searcher(weighting=BM25F())
        self._allowed = lru_cache(maxsize=32)(self._allowed_documents)

    def find(
        self, query: str, on: date, kinds: frozenset[Kind] | None, audience: Audience | None, limit: int
    ) -> list[Hit]:
        wanted = parse(query)
        composed = compose(wanted, self._searcher.reader())
        allowed = self._allowed(on, kinds, audience)
        if composed is None or limit < 1 or not allowed:  # Whoosh takes an empty filter for no filter
            return []
        results = self._searcher.search(composed, filter=allowed, limit=limit)
        terms = wanted.highlight_terms()
        hits = [(stored_article(result["article"]), float(result.score)) for result in results]
        return [Hit(a, score, highlight(a.title, terms), excerpt(a.text, terms)) for a, score in hits]

    def _allowed_documents(self, on: date, kinds: frozenset[Kind] | None, audience: Audience | None) -> set[int]:
        """Days are compared as ISO text: NumericRange of Whoosh 2.7.4 lets days through that lie outside."""
        day = on.isoformat()
        parts = [TermRange("starts", None, day), TermRange("ends", day, None)]
        if kinds is not None:
            parts.append(Or([Term("kind", kind.value) for kind in kinds]))
        if audience is not None:
            parts.append(Term("audience", audience.value))
        return set(self._searcher.docs_for_query(And(parts)))


def _generation(root: Path) -> Generation:
    folder = current_folder(root)
    try:
        sealed = (folder / META).stat()
    except OSError as error:
        raise IndexUnusable(f"{folder.name}: 读不出索引") from error
    return folder, sealed.st_ino, sealed.st_mtime_ns
