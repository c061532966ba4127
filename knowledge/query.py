import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from knowledge.analyzer import Piece, default_lexicon
from knowledge.clauses import BARE_CLAUSE, CLAUSE, clause_numbers
from knowledge.engine import And, AndMaybe, Or, Phrase, Term

QUOTED = re.compile(r"[\"“”「」『』]([^\"“”「」『』]+)[\"“”「」『』]")
FIELD_WEIGHTS = {"title": 3.0, "questions": 3.0, "text": 1.0}
GRAM_WEIGHT = 0.6
CLAUSE_WEIGHT = 10.0
ID_WEIGHT = 50.0
MOST_WORDS = 8
MOST_GRAMS = 8
POSTINGS_BUDGET = 8_000


@dataclass(frozen=True, slots=True)
class Wanted:
    phrases: tuple[str, ...]
    clauses: tuple[str, ...]
    words: tuple[str, ...]
    grams: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()

    def highlight_terms(self) -> tuple[str, ...]:
        long_words = tuple(word for word in self.words if len(word) > 1)
        return self.phrases + self.clauses + (long_words or self.words or self.grams)


def loosened(text: str) -> str:
    """The same words, where nothing is required any more."""
    return " ".join(CLAUSE.sub(" ", QUOTED.sub(r" \1 ", text)).split())


def parse(text: str) -> Wanted:
    lexicon = default_lexicon()
    phrases = tuple(part for quoted in QUOTED.findall(text) if (part := lexicon.normalise(quoted).strip()))
    loose = lexicon.normalise(QUOTED.sub(" ", text))
    clauses = tuple(found.group() for found in CLAUSE.finditer(loose))
    rest = CLAUSE.sub(" ", loose)
    grams = [gram for gram in lexicon.telling_grams(rest) if len(gram.text) > 1]
    return Wanted(
        phrases=phrases,
        clauses=clauses,
        words=_distinct(lexicon.words(rest)),
        grams=_distinct(grams or lexicon.grams(rest)),
        names=tuple(loose.split()),
        numbers=tuple(f"第{number}条" for number in BARE_CLAUSE.findall(loose)),
    )


def in_plain_words(wanted: Wanted, reader: Any) -> bool:
    """Nothing is named exactly: no phrase, no article of a law, no id."""
    named = [("clause", number) for number in wanted.numbers] + [("id", name) for name in wanted.names]
    return not (wanted.phrases or wanted.clauses or any(term in reader for term in named))


def compose(wanted: Wanted, reader: Any) -> Any:
    """The Whoosh query, or None when nothing could match. Phrases and clauses are required, the rest ranks."""
    required = [_phrase(phrase) for phrase in wanted.phrases]
    required += [_clause(clause) for clause in wanted.clauses]
    ranking = [
        Term(field, word, boost=weight)
        for word in _most_telling(wanted.words, FIELD_WEIGHTS, MOST_WORDS, reader)
        for field, weight in FIELD_WEIGHTS.items()
    ]
    ranking += [
        Term("grams", gram, boost=GRAM_WEIGHT) for gram in _most_telling(wanted.grams, ("grams",), MOST_GRAMS, reader)
    ]
    ranking += [
        Term("clause", number, boost=CLAUSE_WEIGHT) for number in wanted.numbers if ("clause", number) in reader
    ]
    ranking += [Term("id", name, boost=ID_WEIGHT) for name in wanted.names if ("id", name) in reader]
    if any(part is None for part in required) or not (required or ranking):
        return None
    if not required:
        return Or(ranking)
    return AndMaybe(And(required), Or(ranking)) if ranking else And(required)


def _most_telling(terms: Iterable[str], fields: Iterable[str], most: int, reader: Any) -> list[str]:
    """Whoosh costs as many steps as its terms have postings: rarest first, until the budget is spent."""
    fields = tuple(fields)
    counted = sorted((count, term) for term in terms if (count := sum(reader.doc_frequency(f, term) for f in fields)))
    chosen: list[str] = []
    spent = 0
    for count, term in counted[:most]:
        if chosen and spent + count > POSTINGS_BUDGET:
            break
        chosen.append(term)
        spent += count
    return chosen


def _clause(clause: str) -> Any:
    number = clause_numbers(clause)[0]
    spelled = _phrase(clause)
    return Or([Term("clause", number, boost=CLAUSE_WEIGHT), *([spelled] if spelled else [])])


def _phrase(text: str) -> Any:
    """An exact stretch of characters: pairs of neighbours, so that it does not depend on where words were cut."""
    runs: list[list[Piece]] = []
    previous = -math.inf
    for gram in default_lexicon().grams(text):
        if gram.position > previous + 1:
            runs.append([])
        runs[-1].append(gram)
        previous = gram.position
    parts = [_run(run) for run in runs]
    return And(parts) if parts else None


def _run(run: list[Piece]) -> Any:
    longest = {gram.position: gram.text for gram in sorted(run, key=lambda gram: len(gram.text))}
    texts = [longest[position] for position in sorted(longest)]
    if len(texts) > 1 and len(texts[-2]) == 2 and not texts[-1].isascii() and texts[-2].endswith(texts[-1]):
        texts.pop()
    return Phrase("grams", texts) if len(texts) > 1 else Term("grams", texts[0])


def _distinct(pieces: Iterable[Piece]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.text for piece in pieces))
