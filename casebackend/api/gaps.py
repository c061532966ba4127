from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, field_validator

from casebackend.api.base import Command, View
from casebackend.api.values import without_controls
from casebackend.gaps.rules import LONGEST, LONGEST_REASON


class OpenGap(Command):
    """A question that nothing answers: its words, or the message of a customer that holds them."""

    question: str | None = Field(default=None, min_length=2, max_length=LONGEST, pattern=r"\S")
    conversation_id: UUID | None = None
    message_id: UUID | None = None

    _words = field_validator("question", mode="before")(without_controls)


class DecideGap(Command):
    """`answered` names the entry; `dismissed` gives the reason; `drafted` makes the draft of a new entry."""

    decision: Literal["answered", "drafted", "dismissed"]
    article_id: str | None = Field(default=None, min_length=1, max_length=120)
    reason: str | None = Field(default=None, min_length=2, max_length=LONGEST_REASON, pattern=r"\S")


class GapView(View):
    """`question` holds no personal data. `times`: how often it was asked."""

    id: UUID
    question: str
    state: str
    state_label: str
    origin: str
    origin_label: str
    times: int
    first_at: datetime
    last_at: datetime
    article_id: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    version: int


class GapPage(View):
    """The most asked first; `next` is the cursor of the following page."""

    items: list[GapView]
    next: str | None
