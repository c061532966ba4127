"""What is published now, beside files that were made before: until they are made again, what was withdrawn is left out
and what was published meanwhile is found beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.articles import Article, close_superseded
from knowledge.fusion import Answer
from knowledge.index import Entry, OpenedIndex, entry_of, in_memory
from knowledge.query import parse
from knowledge.snapshot import Bounds, Looked, Order, Snapshot

# More than these come with the files: to search them in between would cost more than it gives.
MOST_FRESH = 100
# Of plain words: an entry that stands so high among the answers is what was asked for.
NEAREST = 10


@dataclass(frozen=True, slots=True)
class Present:
    """`edition` counts the changes of what is published, as that of the files does."""

    edition: int
    entries: dict[Entry, Article]

    @classmethod
    def of(cls, edition: int, articles: Iterable[Article]) -> "Present":
        return cls(edition, {entry_of(article): article for article in close_superseded(articles)})


class Held:
    """One generation of the files as it counts at present."""

    def __init__(self, opened: OpenedIndex, present: Present | None) -> None:
        self.opened = opened
        self.present = present
        gone, fresh = _changes(opened, present)
        self.whole = len(fresh) <= MOST_FRESH
        self.files = Snapshot(opened, gone)
        newest = sorted(fresh, key=lambda article: (article.effective_from, article.id))[-MOST_FRESH:]
        self._fresh = Snapshot(in_memory(newest)) if fresh else None

    def look(
        self, query: str, bounds: Bounds, order: Order, start: int, limit: int, answers: Sequence[Answer] = ()
    ) -> Looked:
        """What was published meanwhile comes first; what only shares a word with the question waits for the files."""
        fresh = self._found(query, bounds, order, answers)
        shown = fresh.hits[start : start + limit] if fresh else []
        before = len(fresh.hits) if fresh else 0
        found = self.files.look(query, bounds, order, max(0, start - before), limit - len(shown), answers)
        if fresh is None:
            return found
        unknown = tuple(word for word in found.unknown if word in fresh.unknown)
        total = found.total + before
        return Looked([*shown, *found.hits], total, unknown, None if total else found.advice, not self.whole)

    def _found(self, query: str, bounds: Bounds, order: Order, answers: Sequence[Answer]) -> Looked | None:
        if self._fresh is None:
            return None
        found = self._fresh.look(query, bounds, order, 0, MOST_FRESH, answers)
        if not _in_plain_words(query) or order is Order.NEWEST or bounds.branch or bounds.source or bounds.unit:
            return found
        meant = {(each.article_id, each.version) for n, each in enumerate(answers) if n < NEAREST or each.sure}
        said = query.strip().lower()
        hits = [hit for hit in found.hits if _named(hit.article, said) or _key(hit.article) in meant]
        return Looked(hits, len(hits), found.unknown, found.advice)


def _in_plain_words(query: str) -> bool:
    wanted = parse(query)
    return bool(query.strip()) and not (wanted.phrases or wanted.clauses or wanted.numbers)


def _key(article: Article) -> tuple[str, int]:
    return article.id, article.version


def _named(article: Article, said: str) -> bool:
    return said == article.id or said in article.title.lower()


def _changes(opened: OpenedIndex, present: Present | None) -> tuple[frozenset[int], list[Article]]:
    """Files that were made of a later state than ours are right as they are."""
    if present is None or opened.edition >= present.edition:
        return frozenset(), []
    held = {entry: number for number, entry in enumerate(opened.entries)}
    gone = frozenset(number for entry, number in held.items() if entry not in present.entries)
    return gone, [article for entry, article in present.entries.items() if entry not in held]
