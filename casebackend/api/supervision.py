from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.base import Command, View


class OpenSupervision(Command):
    """`number`: of the regulator's letter, when the demand is the regulator's."""

    demand: str = Field(min_length=1, max_length=2_000)
    due_at: AwareDatetime
    source: Literal["internal", "regulator"] = "internal"
    number: str | None = Field(default=None, max_length=40)


class ReplySupervision(Command):
    text: str = Field(min_length=1, max_length=4_000)


class ReturnSupervision(Command):
    """The answer is not enough: what is wanted still, and until when."""

    demand: str = Field(min_length=1, max_length=2_000)
    due_at: AwareDatetime


class CloseSupervision(Command):
    opinion: str = Field(min_length=1, max_length=1_000)


class SupervisionReplyView(View):
    """`kind`: `reply`, or `return` with which the supervisor sent it back."""

    kind: str
    actor_name: str
    text: str
    at: datetime


class SupervisionView(View):
    id: UUID
    case_number: str
    source: str
    source_label: str
    number: str | None
    demand: str
    opened_by_name: str
    opened_at: datetime
    due_at: datetime
    state: str
    state_label: str
    overdue: bool
    read_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    closing_opinion: str | None
    replies: list[SupervisionReplyView]
    may_answer: bool
    may_close: bool
    may_return: bool
    version: int


class SupervisionPage(View):
    items: list[SupervisionView]
    next: str | None
