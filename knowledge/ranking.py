import threading
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.analyzer import Lexicon, default_lexicon
from knowledge.articles import Article, Audience, Kind, close_superseded
from knowledge.postings import Floats, Ints, Postings

WORD, PAIR, CHARACTER, CONCEPT = "wpcs"
WORD_WEIGHT = 1.0
PAIR_WEIGHT = 1.0
CONCEPT_WEIGHT = 1.5
CHARACTER_WEIGHT = 0.2
WHOLE_WEIGHT = 0.6
COVERAGE_WEIGHT = 2.0
FLOOR = 4.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    article: Article
    score: float
    matched: tuple[str, ...]


class Suggester:
    """Two array indexes: each way of asking on its own (the best one counts), and each article as a whole."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._lexicon = default_lexicon()
        self._lock = threading.Lock()
        self._articles = close_superseded(articles)
        self._starts: Ints = np.array([a.effective_from.toordinal() for a in self._articles], dtype=np.int64)
        self._ends: Ints = np.array([(a.effective_to or date.max).toordinal() for a in self._articles], dtype=np.int64)
        self._kinds = np.array([a.kind.value for a in self._articles])
        self._audiences = np.array([a.audience.value for a in self._articles])
        self._asked = Postings()
        self._asked_of = array("q")
        self._units_of: list[list[int]] = [[] for _ in self._articles]
        self._whole = Postings()
        for number, article in enumerate(self._articles):
            for phrasing in (article.title, *article.questions):
                self._ask(number, phrasing)
            self._whole.add(_terms(self._lexicon, "。".join([article.title, *article.questions, article.text])))

    def learn(self, article_id: str, phrasing: str) -> None:
        """Every version of the article is found by the new phrasing; an unknown id is a KeyError."""
        numbers = [n for n, article in enumerate(self._articles) if article.id == article_id]
        if not numbers:
            raise KeyError(article_id)
        with self._lock:
            for number in numbers:
                self._ask(number, phrasing)

    def suggest(
        self,
        text: str,
        *,
        on: date,
        audience: Audience | None = None,
        kinds: Collection[Kind] | None = None,
        limit: int = 5,
    ) -> list[Suggestion]:
        terms = list(dict.fromkeys(_terms(self._lexicon, text)))
        if not terms or not self._articles:
            return []
        with self._lock:
            scores = np.where(self._allowed(on, audience, kinds), self._scores(terms), 0.0)
            best = np.lexsort((np.arange(len(scores)), -scores))[:limit]
            return [
                Suggestion(self._articles[n], float(scores[n]), self._matched(text, terms, int(n)))
                for n in best
                if scores[n] >= FLOOR
            ]

    def _ask(self, number: int, phrasing: str) -> None:
        unit = self._asked.add(_terms(self._lexicon, phrasing))
        self._asked_of.append(number)
        self._units_of[number].append(unit)

    def _scores(self, terms: list[str]) -> Floats:
        """How many rare terms speak for an article, and how much of what was said they make up."""
        weights = {term: _weight(term) for term in terms}
        asked = np.zeros(len(self._articles))
        np.maximum.at(asked, np.array(self._asked_of), self._asked.score(weights))
        found = asked + WHOLE_WEIGHT * self._whole.score(weights)
        said = sum(weight * self._whole.idf(term) for term, weight in weights.items()) * (1 + WHOLE_WEIGHT)
        scores: Floats = found / np.log(1 + len(self._articles)) + COVERAGE_WEIGHT * found / said
        return scores.round(6)

    def _allowed(self, on: date, audience: Audience | None, kinds: Collection[Kind] | None) -> NDArray[np.bool_]:
        day = on.toordinal()
        allowed = (self._starts <= day) & (day <= self._ends)
        if audience is not None:
            allowed &= self._audiences == audience.value
        if kinds is not None:
            allowed &= np.isin(self._kinds, [kind.value for kind in kinds])
        return allowed

    def _matched(self, text: str, terms: list[str], number: int) -> tuple[str, ...]:
        """The words that speak for the article; pairs of characters only where no whole word does."""
        said = {word: None for concept, word in self._lexicon.concepts(text) if self._holds(CONCEPT + concept, number)}
        said |= {term[1:]: None for term in terms if term[0] == WORD and self._holds(term, number)}
        if not said:
            said = {term[1:]: None for term in terms if term[0] != CONCEPT and self._holds(term, number)}
        return tuple(sorted(said, key=self._lexicon.normalise(text).find))

    def _holds(self, term: str, number: int) -> bool:
        return self._whole.contains(term, number) or any(
            self._asked.contains(term, unit) for unit in self._units_of[number]
        )


def _weight(term: str) -> float:
    if term[0] == CONCEPT:
        return CONCEPT_WEIGHT
    if term[0] == WORD:
        return WORD_WEIGHT if len(term) > 2 else CHARACTER_WEIGHT
    return PAIR_WEIGHT if term[0] == PAIR else CHARACTER_WEIGHT


def _terms(lexicon: Lexicon, text: str) -> list[str]:
    grams = [(CHARACTER if len(gram.text) == 1 else PAIR) + gram.text for gram in lexicon.telling_grams(text)]
    concepts = [CONCEPT + concept for concept, _ in lexicon.concepts(text)]
    return [*(WORD + word.text for word in lexicon.words(text)), *grams, *concepts]
