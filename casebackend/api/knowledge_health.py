from datetime import date, datetime
from typing import Literal
from uuid import UUID

from casebackend.api.base import Command, View
from casebackend.api.curation import MatchView


class EntryHealth(View):
    """`shown` counts cards; `inserted` and what was sent, scripts out of 常用语 too; `answered`, answers of the bot.
    `useful`: of the cards that somebody judged (sent, copied, refused, flagged), the share that was sent or copied.
    `kept`: how much of what was inserted went out, on average. Both None where nobody judged or sent."""

    article_id: str
    title: str
    kind: str
    version: int
    effective_to: date | None
    shown: int
    opened: int
    copied: int
    inserted: int
    unchanged: int
    edited: int
    kept: float | None
    refused: int
    flagged: int
    answered: int
    useful: float | None


class HealthPage(View):
    """`next` is the cursor of the following page."""

    items: list[EntryHealth]
    next: str | None


class UseView(View):
    """`reason`: why it was refused, or what is wrong with it. `conversation_id`, `case_number`: only for who may
    read them. `edits`: which kinds of change were made to it before it was sent."""

    conversation_id: UUID | None
    case_number: str | None
    article_id: str
    version: int
    rank: int
    origin: str
    by: str
    shown_at: datetime
    outcomes: list[str]
    kept: float | None
    edits: list[str]
    reason: str | None


class UsePage(View):
    """The newest first; `next` is the cursor of the following page."""

    items: list[UseView]
    next: str | None


class PhrasingView(View):
    """`text`: the words of a customer, without personal data, that `title` answered. `conflicts`: while it waits, the
    other entries that answer this question already; then it cannot be accepted."""

    id: UUID
    article_id: str
    title: str
    text: str
    state: str
    state_label: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    conflicts: list[MatchView]
    version: int


class PhrasingPage(View):
    """`next` is the cursor of the following page."""

    items: list[PhrasingView]
    next: str | None


class DecidePhrasing(Command):
    decision: Literal["accepted", "refused"]
