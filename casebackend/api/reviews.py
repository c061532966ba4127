from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View
from casebackend.cases.words import ToldBy
from casebackend.reviews.rules import Form, Move, Outcome, RejectReason, State


class ApplyForReview(Command):
    """An application in writing: `document` names the paper, or `confirmed` says that the form stands for one.

    `applied_at`: when it was received; now if empty.
    """

    grounds: str = Field(min_length=1, max_length=8_000)
    form: Form
    document: str | None = Field(default=None, max_length=500)
    confirmed: bool = False
    applied_at: datetime | None = None


class MoveReview(Command):
    move: Move
    opinion: str | None = Field(default=None, max_length=4_000)
    reject_reason: RejectReason | None = None
    outcome: Outcome | None = None
    findings_process: str | None = Field(default=None, max_length=4_000)
    findings_time: str | None = Field(default=None, max_length=4_000)
    findings_result: str | None = Field(default=None, max_length=4_000)
    told_by: ToldBy | None = None
    told_proof: str | None = Field(default=None, max_length=500)


class ReviewView(View):
    id: UUID
    version: int
    number: str
    case_number: str
    state: State
    state_label: str
    applied_at: datetime
    late: bool
    form: Form
    document: str | None
    grounds: str
    deciding_unit: str | None
    reviewing_unit: str | None
    reviewer: str | None
    reject_reason: RejectReason | None
    outcome: Outcome | None
    outcome_label: str | None
    findings_process: str | None
    findings_time: str | None
    findings_result: str | None
    opinion: str | None
    decided_at: datetime | None
    told_by: ToldBy | None
    told_proof: str | None
    notified_at: datetime | None
    waits_for_second: bool
    due_on: date | None
    derivation: str | None
    overdue: bool
    allowed: list[Move]


class ReviewPage(View):
    """`next` is the cursor of the following page."""

    items: list[ReviewView]
    next: str | None
