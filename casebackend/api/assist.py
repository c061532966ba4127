from datetime import date
from uuid import UUID

from pydantic import Field, field_validator

from casebackend.api.base import Command, View
from casebackend.api.values import without_controls
from casebackend.assist.rules import LONGEST_QUESTION, LONGEST_REASON
from casebackend.curation.rules import Review


class ReadyReply(View):
    """What may be said to the customer as it stands, once the facts that nobody knows are filled in by hand.
    `in_form`: the same for a field of the written answer, without greeting and remedies."""

    text: str
    in_form: str
    missing: list[str]


class Card(View):
    """One suggested entry. `internal` must be reworded before it goes to a customer; `use_id` records what became of
    it, and is absent when nobody is looking. `blocked`: why nothing of it may be inserted. `review`: its day of review,
    `review_on`, has come and nobody has verified it since; `overdue`: nor within the grace after it. `evidence`: of a
    law or rule, how well its text is known (A to C); its `clause` says where the article is still to be checked."""

    use_id: UUID | None
    article_id: str
    version: int
    title: str
    kind: str
    clause: str | None
    evidence: str | None = None
    source: str
    effective_from: date
    effective_to: date | None = None
    internal: bool
    matched: list[str]
    confidence: str = ""
    text: str
    reply: ReadyReply | None = None
    blocked: str | None = None
    review: Review | None = None
    review_on: date | None = None


class Suggestions(View):
    """`message_id` is the customer's message the cards are for. No cards: there is no good answer, say so."""

    message_id: UUID | None
    cards: list[Card]


class AskAssistant(Command):
    """What a colleague wants to know; only published entries answer."""

    question: str = Field(min_length=2, max_length=LONGEST_QUESTION, pattern=r"\S")

    _words = field_validator("question", mode="before")(without_controls)


class Judge(Command):
    """Why a card does not fit, or what is wrong with its entry."""

    reason: str = Field(min_length=2, max_length=LONGEST_REASON, pattern=r"\S")

    _words = field_validator("reason", mode="before")(without_controls)


class Found(View):
    """One hit of a search; `marked` are the pieces of the excerpt that match."""

    article_id: str
    version: int
    title: str
    kind: str
    clause: str | None
    source: str
    effective_from: date
    effective_to: date | None
    internal: bool
    unit_id: UUID | None
    excerpt: str
    marked: list[str]
    text: str


class NothingFound(View):
    """Why: how many hits there are without each of the filters, without all of them, with the quoted words and article
    numbers no longer required, and under other words that mean or look the same."""

    without: dict[str, int]
    elsewhere: int
    loose: dict[str, int]
    near: dict[str, int]


class FoundPage(View):
    """The best first, or the newest; `next` is the cursor of the following page. `unknown`: words of the query that
    stand in no entry. `nothing`: only when nothing was found. `reduced`: why there may be more than is told."""

    items: list[Found]
    next: str | None
    total: int
    unknown: list[str]
    reduced: str | None
    nothing: NothingFound | None


class CompletionView(View):
    """What may be meant by what is typed: a term, or the title or a typical question of the entry."""

    text: str
    means: str
    article_id: str | None


class Completions(View):
    """The likeliest first, few."""

    completions: list[CompletionView]
