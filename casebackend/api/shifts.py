from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.base import Command, View

type Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]


class PlanShift(Command):
    user_id: UUID
    name: str = Field(min_length=1, max_length=40, pattern=r"\S")
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class CancelShift(Command):
    reason: str = Field(min_length=1, max_length=200, pattern=r"\S")


class ShiftView(View):
    id: UUID
    unit_id: UUID
    unit: str
    user_id: UUID
    person: str
    name: str
    starts_at: datetime
    ends_at: datetime
    planned_by: str
    cancelled_at: datetime | None
    cancel_reason: str | None
    version: int


class ShiftPage(View):
    """`next` is the cursor of the following page."""

    items: list[ShiftView]
    next: str | None


class GiveHandover(Command):
    """What is open is found by us; `note` says what that does not show. `to_id`: who is to take it, if known."""

    to_id: UUID | None = None
    note: Text | None = None


class TakeHandover(Command):
    """`take` ends it; `question` asks back and leaves it open; with `withdraw` its giver takes it back."""

    decision: Literal["take", "question", "withdraw"]
    answer: Text | None = None


class HandoverItemView(View):
    """`own`: was in the hands of the giver; the others wait in the unit."""

    kind: str
    kind_label: str
    subject_id: UUID
    label: str
    own: bool
    due_at: datetime | None


class HandoverView(View):
    id: UUID
    unit_id: UUID
    unit: str
    giver: str
    given_at: datetime
    to: str | None
    note: str | None
    state: str
    state_label: str
    taker: str | None
    taken_at: datetime | None
    answer: str | None
    open_items: list[HandoverItemView]
    version: int


class HandoverPage(View):
    items: list[HandoverView]
    next: str | None


class SetState(Command):
    """A busy one takes a reason of the list; whoever is forced gets one in words."""

    state: Literal["free", "busy", "out"]
    reason: str | None = Field(default=None, min_length=1, max_length=100)


class StateView(View):
    """`present`: has an open login. Without `at` he never said anything."""

    user_id: UUID
    person: str
    unit: str | None
    present: bool
    state: str
    state_label: str
    reason: str | None
    at: datetime | None


class StatePage(View):
    items: list[StateView]
    next: str | None


class StateEventView(View):
    state: str
    state_label: str
    reason: str | None
    forced: bool
    by_name: str
    at: datetime


class StateEventPage(View):
    items: list[StateEventView]
    next: str | None
