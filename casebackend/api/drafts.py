from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator

from casebackend.api.conversations import Command, View
from casebackend.api.values import without_controls
from casebackend.drafts.rules import DraftState, FieldState
from casebackend.drafts.rules import Field as DraftField


class FieldView(View):
    """`value` is masked for display. `turn` is the transcript turn the value came from, `confidence` in 0..1."""

    name: DraftField
    label: str
    value: str
    state: FieldState
    message_id: UUID | None
    turn: int | None
    start_ms: int | None
    end_ms: int | None
    confidence: float | None


class DraftView(View):
    """`next` is the one field to ask now; None means the draft is complete and may be read back."""

    id: UUID
    conversation_id: UUID
    state: DraftState
    about_money: bool
    fields: list[FieldView]
    missing: list[DraftField]
    next: DraftField | None


class Absorbed(View):
    """What one message did to the draft. `started`: it began the draft. `failures`: misses in a row on the asked field.
    `choices`: candidates when the answer was ambiguous (two units of that name). `media`: the kind of a message that
    brought nothing to read; it is kept, and answers no question."""

    draft: DraftView
    started: bool
    changed: list[DraftField]
    understood: bool
    failures: int
    choices: list[str]
    media: str | None = None


class CaseReceipt(View):
    """`promised_on` is the legal last day, Asia/Shanghai."""

    case_id: UUID
    number: str
    unit: str | None
    promised_on: date
    received_at: datetime


class TranscriptTurn(Command):
    """Times are milliseconds from the start of the call."""

    speaker: Literal["customer", "agent", "ivr"]
    text: str = Field(max_length=4_000)
    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)
    confidence: float | None = Field(default=None, ge=0, le=1)

    _words = field_validator("text", mode="before")(without_controls)


class Recording(Command):
    url: str = Field(max_length=1_000)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Transcript(Command):
    """A recorded call, already in our canonical shape. `call_id` makes it idempotent; a newer `revision` supersedes."""

    call_id: UUID
    revision: AwareDatetime
    started_at: AwareDatetime
    caller: str | None = Field(default=None, max_length=32)
    turns: list[TranscriptTurn] = Field(min_length=1, max_length=2_000)
    recording: Recording | None = None
