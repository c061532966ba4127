from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from casebackend.api.conversations import Command, View
from casebackend.tasks.rules import Kind, Mode, RoundState, State


class AskTask(Command):
    """Exactly one of `unit_id` and `user_id`. Without `due_at` the limit of consultations holds."""

    unit_id: UUID | None = None
    user_id: UUID | None = None
    demand: str = Field(min_length=1, max_length=4_000)
    required: bool = True
    due_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_is_asked(self) -> Self:
        if (self.unit_id is None) == (self.user_id is None):
            raise ValueError("exactly one of unit_id and user_id")
        return self


class AnswerTask(Command):
    """`agrees` is needed for a countersigning only."""

    answer: str = Field(min_length=1, max_length=4_000)
    agrees: bool | None = None


class CancelTask(Command):
    reason: str = Field(min_length=1, max_length=150)


class TaskView(View):
    """`may_answer`: it waits for the reader. Texts are masked."""

    id: UUID
    case_id: UUID
    case_number: str
    kind: Kind
    kind_label: str
    round_id: UUID | None
    unit_id: UUID | None
    unit: str | None
    user_id: UUID | None
    person: str | None
    demand: str
    required: bool
    due_at: datetime
    derivation: str
    overdue: bool
    state: State
    state_label: str
    agrees: bool | None
    answer: str | None
    asked_by: str | None
    received_by: str | None
    answered_by: str | None
    sent_at: datetime
    received_at: datetime | None
    answered_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    version: int
    may_answer: bool


class RoundView(View):
    id: UUID
    seq: int
    mode: Mode
    mode_label: str
    needed: int
    state: RoundState
    state_label: str
    opened_at: datetime
    closed_at: datetime | None
    parts: list[TaskView]


class CaseTasks(View):
    """`rounds` are the countersignings with their parts; `consultations` everything else. A page holds whole rounds;
    `next` is the cursor of the following one."""

    number: str
    rounds: list[RoundView]
    consultations: list[TaskView]
    next: str | None = None


class TaskPage(View):
    items: list[TaskView]
    next: str | None
