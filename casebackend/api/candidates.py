from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View


class RejectCandidate(Command):
    refusal: Literal["not_typical", "duplicate", "unclear", "redaction", "other"]
    reason: str = Field(min_length=1, max_length=1_000)


class MergeCandidate(Command):
    """Asks whoever keeps the entry to take this case in."""

    article_id: str = Field(min_length=1, max_length=120)
    note: str = Field(default="", max_length=1_000)


class TopicView(View):
    topic: str
    category: str
    cause: str
    count: int
    waiting: int
    last_seen: datetime


class TopicPage(View):
    items: list[TopicView]
    next: str | None = None


class CandidateRow(View):
    id: UUID
    topic: str
    category: str
    cause: str
    state: str
    state_label: str
    facts: str
    outcome: str
    days: int
    replaced: int
    made_at: datetime


class CandidatePage(View):
    items: list[CandidateRow]
    next: str | None = None


class ReplacedView(View):
    """What was replaced, by which word, how often; never what it was."""

    what: str
    word: str
    count: int


class BeforeView(View):
    """As it stands on the case, for whoever may open it."""

    number: str
    facts: str
    demand: str
    result: str


class MaskedView(View):
    """As it stood on the case, with what was replaced made unreadable; for whoever may see the candidate."""

    facts: str
    demand: str
    result: str


class NearView(View):
    """`alike`: how much of it stands in the entry, in percent."""

    article_id: str
    version: int
    title: str
    kind: str
    score: float
    alike: int
    duplicate: bool
    contradicts: bool


class Near(View):
    """The most alike first."""

    near: list[NearView]


class CandidateView(View):
    """`unit` and `month` only where enough cases share them with class of business and band. `masked`: None where the
    case is gone or was changed since."""

    id: UUID
    topic: str
    category: str
    cause: str
    state: str
    state_label: str
    facts: str
    demand: str
    result: str
    outcome: str
    amount_band: str | None
    compensation_band: str | None
    days: int
    unit: str | None
    month: str | None
    rare: bool
    held: bool
    made_at: datetime
    replaced: list[ReplacedView]
    before: BeforeView | None
    masked: MaskedView | None
    decided_by: str | None
    decided_at: datetime | None
    refusal_label: str | None
    reason: str | None
    article_id: str | None
    version: int
