"""Which entries speak to what somebody said: characters, pairs of them, words, and what is meant; where there is an
encoder, nearness too. Characters that say little by themselves are kept: they tell how customers ask and how colleagues
do."""

import re
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.analyzer import Lexicon, default_lexicon
from knowledge.articles import Article, Audience, Kind, close_superseded
from knowledge.asked import Asked, Vector
from knowledge.encoder import Encoder
from knowledge.postings import Floats, Ints, Postings

CHARACTER, PAIR, WORD, CONCEPT = "cpws"
WEIGHTS = {CHARACTER: 1.0, PAIR: 1.0, WORD: 0.5, CONCEPT: 1.0}
TITLE_TIMES = 2
ASKED_WEIGHT = 0.4
SPEAKER_WEIGHT = 0.05
# What was learned is an entry's own words less: what learned much would draw the questions of what learned nothing.
LEARNED_SHARE = 0.15
LEARNED_TRUST = 0.85
LOOKED_AT = 64
# Of more entries the vectors would take minutes after each start, and nearness more than all the rest of a question.
MOST_ENCODED = 20_000
# Somebody asked exactly so before.
SAME_WORDS = 10.0
# In rare terms: so much must speak for an entry, however many entries there are.
FLOOR = 4.2
COLLEAGUE = re.compile("客户|投诉人|来访")
CUSTOMER = re.compile("我|你们|咱")


@dataclass(frozen=True, slots=True)
class Suggestion:
    article: Article
    score: float
    matched: tuple[str, ...]


class Suggester:
    """An array index of whole entries chooses candidates; of these the best single way of asking counts once more."""

    def __init__(
        self,
        articles: Iterable[Article],
        phrasings: Iterable[tuple[str, str]] = (),
        *,
        encoder: Encoder | None = None,
    ) -> None:
        self._lexicon = default_lexicon()
        self._lock = threading.Lock()
        self._articles: list[Article] = []
        self._live: list[bool] = []
        self._whole = Postings()
        held = close_superseded(articles)
        self._asked = Asked(self._whole.numbers, encoder if len(held) <= MOST_ENCODED else None)
        self._numbers_of: dict[str, list[int]] = {}
        self._same: dict[str, list[int]] = {}
        self._heard: set[tuple[int, str]] = set()
        self._take(held, phrasings)

    def update(self, articles: Iterable[Article], phrasings: Iterable[tuple[str, str]]) -> bool:
        """Only what is new is taken in. False when making a new one is better: something was unlearned, or much of
        what is held is gone; then this one stays as it is."""
        articles, phrasings = close_superseded(articles), list(phrasings)
        wanted = set(phrasings)
        if any((self._articles[number].id, phrasing) not in wanted for number, phrasing in self._heard):
            return False
        staying = {_said(article) for article in articles}
        gone = sum(_said(article) not in staying for article in self._articles)
        if gone * 5 > len(articles):
            return False
        with self._lock:
            self._take(articles, phrasings)
        return True

    def _take(self, articles: list[Article], phrasings: Iterable[tuple[str, str]]) -> None:
        held = {_said(article): number for number, article in enumerate(self._articles)}
        self._live = [False] * len(self._articles)
        for article in articles:
            number = held.get(_said(article))
            if number is None:
                number = len(self._articles)
                self._articles.append(article)
                self._live.append(False)
                self._numbers_of.setdefault(article.id, []).append(number)
                self._enter(article)
            self._articles[number] = article
            self._live[number] = True
        for article_id, phrasing in phrasings:
            for number in self._numbers_of.get(article_id, ()):
                self._hear(number, phrasing)
        self._index()

    def _index(self) -> None:
        self._starts: Ints = np.array([a.effective_from.toordinal() for a in self._articles], dtype=np.int64)
        ends = [(a.effective_to or date.max).toordinal() for a in self._articles]
        self._ends: Ints = np.where(self._live, np.array(ends, dtype=np.int64), 0)
        self._kinds = np.array([a.kind.value for a in self._articles])
        self._audiences = np.array([a.audience.value for a in self._articles])
        self._whole.merge()

    def learn(self, article_id: str, phrasing: str) -> None:
        """Every version of the article is found by the new phrasing; an unknown id is a KeyError."""
        with self._lock:
            for number in self._numbers_of[article_id]:
                self._hear(number, phrasing)

    def prepare(self) -> bool:
        """Makes a few more vectors, so that no question waits for them; False when there are no more to make."""
        with self._lock:
            return self._asked.prepare()

    def suggest(
        self,
        text: str,
        *,
        on: date,
        audience: Audience | None = None,
        kinds: Collection[Kind] | None = None,
        limit: int = 5,
        floor: float = FLOOR,
    ) -> list[Suggestion]:
        terms = list(dict.fromkeys(_terms(self._lexicon, text)))
        if not terms or not self._articles:
            return []
        meant = self._lexicon.concepts(text)
        vector = self._asked.vector(self._lexicon.normalise(text))
        with self._lock:
            allowed = self._allowed(on, audience, kinds)
            numbers, scores = self._best(terms, allowed, self._plain(text), vector)
            order = np.lexsort((numbers, -scores))[:limit]
            return [
                Suggestion(
                    self._articles[numbers[n]], float(scores[n]), self._matched(text, terms, meant, int(numbers[n]))
                )
                for n in order
                if scores[n] >= floor
            ]

    def _enter(self, article: Article) -> None:
        ways = [(said, _terms(self._lexicon, said)) for said in (article.title, *article.questions)]
        (_, title), *asked = ways
        text = _terms(self._lexicon, article.text)
        self._whole.add([*(title * TITLE_TIMES), *(term for _, each in asked for term in each), *text])
        number = self._asked.begin(self._lexicon.normalise(article.text))
        for said, terms in ways:
            self._asked.add(number, self._lexicon.normalise(said), terms)
            self._same.setdefault(self._plain(said), []).append(number)

    def _hear(self, number: int, phrasing: str) -> None:
        if (number, phrasing) in self._heard:
            return
        self._heard.add((number, phrasing))
        terms = _terms(self._lexicon, phrasing)
        self._whole.extend(number, terms, LEARNED_SHARE)
        self._asked.add(number, self._lexicon.normalise(phrasing), terms, trust=LEARNED_TRUST)
        self._same.setdefault(self._plain(phrasing), []).append(number)

    def _plain(self, text: str) -> str:
        return "".join(c for c in self._lexicon.normalise(text) if c.isalnum())

    def _best(
        self, terms: list[str], allowed: NDArray[np.bool_], said: str, vector: Vector | None
    ) -> tuple[Ints, Floats]:
        """In rare terms, so that a floor means the same for a hundred entries and for fifty thousand."""
        weights = {term: WEIGHTS[term[0]] for term in terms}
        whole = np.where(allowed, self._whole.score(weights), 0.0)
        numbers = np.flatnonzero(whole)
        if len(numbers) > LOOKED_AT:
            numbers = np.argpartition(-whole, LOOKED_AT)[:LOOKED_AT]
            numbers = np.union1d(numbers, [n for n in self._same.get(said, ()) if allowed[n]]).astype(np.int64)
        if not len(numbers):
            return numbers, np.empty(0)
        rare = {term: weight * self._whole.idf(term) for term, weight in weights.items()}
        asked, near = self._asked.best(numbers, rare, vector)
        scores = (whole[numbers] + ASKED_WEIGHT * asked) / np.log(1 + len(self._articles)) + near
        speaker = _speaker(said)
        if speaker is not None:
            scores = scores * (1 + SPEAKER_WEIGHT * (self._audiences[numbers] == speaker.value))
        scores = scores + SAME_WORDS * np.isin(numbers, self._same.get(said, []))
        return numbers, scores.round(6)

    def _allowed(self, on: date, audience: Audience | None, kinds: Collection[Kind] | None) -> NDArray[np.bool_]:
        day = on.toordinal()
        allowed = (self._starts <= day) & (day <= self._ends)
        if audience is not None:
            allowed &= self._audiences == audience.value
        if kinds is not None:
            allowed &= np.isin(self._kinds, [kind.value for kind in kinds])
        return allowed

    def _matched(self, text: str, terms: list[str], meant: list[tuple[str, str]], number: int) -> tuple[str, ...]:
        """The words that speak for the article; pairs of characters only where no whole word does."""
        held = self._whole.held(terms, number)
        said = {word: None for concept, word in meant if CONCEPT + concept in held}
        said |= {term[1:]: None for term in held if term[0] == WORD}
        for kind in (PAIR, CHARACTER):
            said = said or {term[1:]: None for term in held if term[0] == kind}
        return tuple(sorted(said, key=self._lexicon.normalise(text).find))


def _said(article: Article) -> tuple[str, int, str, tuple[str, ...], str]:
    return article.id, article.version, article.title, article.questions, article.text


def _speaker(said: str) -> Audience | None:
    """A colleague speaks of the customer, a customer of himself."""
    if COLLEAGUE.search(said):
        return Audience.INTERNAL
    return Audience.EXTERNAL if CUSTOMER.search(said) else None


def _terms(lexicon: Lexicon, text: str) -> list[str]:
    grams = [(CHARACTER if len(gram.text) == 1 else PAIR) + gram.text for gram in lexicon.grams(text)]
    words = [WORD + word.text for word in lexicon.words(text) if len(word.text) > 1]
    return [*grams, *words, *(CONCEPT + concept for concept, _ in lexicon.concepts(text))]
