from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View
from casebackend.cases.rules import Status
from casebackend.families.rules import LinkKind, Relation
from casebackend.reviews.rules import Outcome, State


class OpenSecond(Command):
    """`opinion`: what the customer is not content with. `requested_at`: when the customer said so; now if empty."""

    opinion: str = Field(min_length=1, max_length=4_000)
    requested_at: datetime | None = None


class Split(Command):
    """A part of a complaint that becomes one of its own. What is empty stays as it was."""

    facts: str = Field(min_length=1, max_length=20_000)
    demand: str = Field(min_length=1, max_length=8_000)
    reason: str = Field(min_length=1, max_length=1_000)
    unit_id: UUID | None = None
    amount: Decimal | None = Field(default=None, ge=0, max_digits=16, decimal_places=2)
    occurred_on: date | None = None


class Join(Command):
    """A part goes back into the complaint that it was split from."""

    reason: str = Field(min_length=1, max_length=1_000)


class Link(Command):
    number: str = Field(min_length=1, max_length=20)
    kind: LinkKind
    reason: str = Field(min_length=1, max_length=1_000)


class LinkView(View):
    id: UUID
    version: int
    kind: LinkKind
    relation: Relation
    label: str
    number: str
    reason: str | None
    actor_name: str
    at: datetime


class LinkPage(View):
    """`next` is the cursor of the following page."""

    items: list[LinkView]
    next: str | None


class Joined(View):
    """`master_number`: under which it runs now."""

    number: str
    master_number: str
    status: Status
    version: int


class Opened(View):
    """A complaint that came out of another one."""

    case_id: UUID
    number: str
    status: Status


class FamilyMember(View):
    relation: Relation
    label: str
    number: str
    status: Status
    status_label: str
    received_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None
    promised_on: date | None
    summary: str


class Urging(View):
    """How often the customer or a receiver urged, and when."""

    count: int
    times: list[datetime]


class ReviewBrief(View):
    number: str
    state: State
    state_label: str
    outcome: Outcome | None
    outcome_label: str | None
    applied_at: datetime
    decided_at: datetime | None


class FamilyView(View):
    """Everything that belongs together, oldest first, as far as the reader may see it."""

    number: str
    members: list[FamilyMember]
    urging: Urging
    reviews: list[ReviewBrief]
    may_open_second: bool
