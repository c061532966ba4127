from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator

from casebackend.api.conversations import Command, ForMessage, View
from casebackend.api.values import without_controls
from casebackend.drafts.lines import Line
from casebackend.drafts.rules import DraftState, FieldState
from casebackend.drafts.rules import Field as DraftField


class FieldView(View):
    """`value` is masked for display, `shown` is how it is read back. `turn` is the transcript turn the value
    came from, `confidence` in 0..1."""

    name: DraftField
    label: str
    value: str
    state: FieldState
    message_id: UUID | None
    turn: int | None
    start_ms: int | None
    end_ms: int | None
    confidence: float | None
    shown: str


class LineView(View):
    """What the read-back shows besides the fields, where it is not the plain default."""

    name: Line
    label: str
    value: str


class DraftView(View):
    """`next` is the one field to ask now; None means the draft is complete and may be read back. What is held may be
    asked again. `away`: the customer comes back to it after hours."""

    id: UUID
    conversation_id: UUID
    state: DraftState
    about_money: bool
    fields: list[FieldView]
    missing: list[DraftField]
    next: DraftField | None
    away: bool = False
    matter: str = "complaint"
    likeness_settled: bool = False
    lines: list[LineView] = Field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(field.name not in self.missing for field in self.fields)

    @property
    def total(self) -> int:
        return self.done + len(self.missing)


class Absorbed(View):
    """What one message did to the draft. `started`: it began the draft. `failures`: misses in a row on the asked field.
    `choices`: candidates when the answer was ambiguous (two units of that name). `media`: the kind of a message that
    brought nothing to read; it is kept, and answers no question. `wish`: what the customer wants of the form itself.
    `away`: nothing was said for hours before. `danger`: told of for the first time, `warned`: told of before.
    `noted`: what was noted just now of who complains and what to bear in mind, in words; `papers` are brought later.
    `line`: the line of the read-back that is asked now; `edited`: the labels of those put right. `left`: it began a new
    one beside one given up not long ago; `resumed`: it went back to the one left aside."""

    draft: DraftView
    started: bool
    changed: list[DraftField]
    understood: bool
    failures: int
    choices: list[str]
    media: str | None = None
    turned: str | None = None
    wish: Literal["go_on", "restart", "later", "edit", "keep", "wait"] | None = None
    away: bool = False
    danger: Literal["money", "life", "privacy"] | None = None
    warned: bool = False
    noted: list[str] = Field(default_factory=list)
    papers: list[str] = Field(default_factory=list)
    line: Line | None = None
    edited: list[str] = Field(default_factory=list)
    left: bool = False
    resumed: bool = False


class AbsorbMessage(ForMessage):
    """`matter`: what a draft that the message begins is; one that is open keeps what it is. `meant`: what the dialogue
    took it for with confidence, where the words alone may not say so."""

    matter: Literal["complaint", "suggestion", "praise"] = "complaint"
    meant: Literal["step_back", "refuse", "answer"] | None = None


class Standing(View):
    """Where the customer stands. `draft`: the open one, else the one given up that may still be gone on with.
    `offered`: the last words offered to go on with it. `menu`: what this customer used last stands first. `danger`: of
    the message itself; `large`: it asks for large type, or for the ordinary one. `plaint`: it tells of
    anger, or of what was done to the customer, and is no opinion. `times`: how often in a row the open question was
    asked. `tells`: an amount, a day, a phone or a paper stands in it, whatever it was taken for. `keeps`: it gives up
    nothing, though it may have been taken for that."""

    draft: DraftView | None
    wish: Literal["go_on", "restart", "later", "edit", "keep", "wait"] | None
    offered: bool
    menu: list[str]
    danger: Literal["money", "life", "privacy"] | None = None
    large: bool | None = None
    plaint: bool = False
    times: int = 0
    tells: bool = False
    keeps: bool = False


class CaseReceipt(View):
    """`promised_on` is the legal last day, Asia/Shanghai, `promised_hour` when it ends. `contact_by`: registered while
    nobody is at work, by then a colleague gets in touch (Asia/Shanghai)."""

    case_id: UUID
    number: str
    unit: str | None
    promised_on: date
    promised_hour: str = "24:00"
    received_at: datetime
    contact_by: datetime | None = None
    matter: str = "complaint"


class ConfirmationView(View):
    """What the customer was read before registering and what he answered, word by word, personal values masked.
    `shown` is None where the yes answered no read-back of ours that showed every field."""

    shown: str | None
    shown_at: datetime | None
    said: str
    said_at: datetime


class CaseConfirmation(View):
    """`confirmation` is None where a colleague registered it, or one case was made from another."""

    number: str
    confirmation: ConfirmationView | None


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
