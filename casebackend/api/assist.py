from datetime import date
from uuid import UUID

from casebackend.api.conversations import View


class Card(View):
    """One suggested entry. `internal` must be reworded before it goes to a customer; `use_id` records what became of
    it, and is absent when nobody is looking."""

    use_id: UUID | None
    article_id: str
    version: int
    title: str
    kind: str
    clause: str | None
    source: str
    effective_from: date
    internal: bool
    matched: list[str]
    text: str


class Suggestions(View):
    """`message_id` is the customer's message the cards are for. No cards: there is no good answer, say so."""

    message_id: UUID | None
    cards: list[Card]


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
    excerpt: str
    marked: list[str]
    text: str


class FoundPage(View):
    """The best first; `next` is the cursor of the following page."""

    items: list[Found]
    next: str | None
