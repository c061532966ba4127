"""Chinese words in the texts of cases: a query is cut into words, each must stand there, in either script."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import opencc
from sqlalchemy import ColumnElement, and_, or_, select

from casebackend.cases.model import Case
from casebackend.cases.predicates import Asked
from casebackend.timeline.model import TimelineEntry
from knowledge.analyzer import default_lexicon
from knowledge.query import QUOTED

MOST_WORDS = 8
LATIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._#-]*")

type Where = Callable[[list[Any], Asked], ColumnElement[bool]]


@cache
def _to_traditional() -> Any:
    return opencc.OpenCC("s2t")


def words_of(text: str) -> list[str]:
    """What must stand in a text, simplified: quoted stretches as they are, the rest word by word without the words
    that say nothing. What holds no word at all is looked for as it was written."""
    lexicon = default_lexicon()
    found = [part for quoted in QUOTED.findall(text) if (part := lexicon.normalise(quoted).strip())]
    rest = QUOTED.sub(" ", text)
    found += [run.lower() for run in LATIN.findall(lexicon.normalise(rest))]
    found += [piece.text for piece in lexicon.words(LATIN.sub(" ", lexicon.normalise(rest)))]
    return list(dict.fromkeys(found))[:MOST_WORDS] or [text.strip()]


def spellings(word: str) -> list[str]:
    return list(dict.fromkeys([word, str(_to_traditional().convert(word))]))


def holds(column: Any, word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings(word)))


def says(*columns: Any) -> Where:
    """Each word in one of the columns."""

    def where(values: list[Any], _: Asked) -> ColumnElement[bool]:
        return and_(*(or_(*(holds(column, word) for column in columns)) for word in words_of(values[0])))

    return where


def opined(values: list[Any], _: Asked) -> ColumnElement[bool]:
    """All words in one opinion of a colleague, or in what was found out, proposed and answered."""
    words = words_of(values[0])
    opinion = and_(*(holds(TimelineEntry.opinion, word) for word in words))
    written = (Case.findings, Case.proposal, Case.reply_text)
    return or_(
        Case.id.in_(select(TimelineEntry.case_id).where(TimelineEntry.opinion.is_not(None), opinion)),
        *(and_(*(holds(column, word) for word in words)) for column in written),
    )
