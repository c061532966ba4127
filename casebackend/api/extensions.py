from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.conversations import Command, View


class AskExtension(Command):
    level: Literal["to_30", "to_60", "petition_90"]
    reason: str = Field(min_length=1, max_length=2_000)


class DecideExtension(Command):
    """`withdraw` is for whoever asked; the others for whoever may approve this level."""

    decision: Literal["approve", "refuse", "withdraw"]
    opinion: str = Field(min_length=1, max_length=2_000)


class TellExtension(Command):
    """How and when the customer heard of the new day, and what proves it."""

    told_by: Literal["phone", "letter", "email", "sms", "in_person"]
    told_at: AwareDatetime
    told_proof: str = Field(min_length=1, max_length=500)


class ExtensionView(View):
    id: UUID
    case_id: UUID
    number: str
    unit: str | None
    level: str
    level_label: str
    reason: str
    former_due_on: date
    new_due_on: date
    state: str
    state_label: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_opinion: str | None
    notified_at: datetime | None
    told_by: str | None
    may_decide: bool
    may_withdraw: bool
    may_tell: bool
    version: int


class ExtensionPage(View):
    items: list[ExtensionView]
    next: str | None


class AddMaterial(Command):
    """`is_new_fact`: a colleague confirms it before the limit of law counts anew."""

    text: str = Field(min_length=1, max_length=8_000)
    received_at: AwareDatetime
    is_new_fact: bool = False


class DecideMaterial(Command):
    is_new_fact: bool
    opinion: str = Field(min_length=1, max_length=2_000)


class MaterialView(View):
    id: UUID
    case_id: UUID
    number: str
    from_number: str | None
    text: str
    received_at: datetime
    is_new_fact: bool
    state: str
    state_label: str
    stored_by: str
    stored_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_opinion: str | None
    former_due_on: date | None
    new_due_on: date | None
    notified_at: datetime | None
    told_by: str | None
    may_decide: bool
    may_tell: bool
    version: int


class ExpectBack(Command):
    """The outside office says that it takes longer: another day on which a suspended case is expected to go on.
    `evidence_id`: the paper that says so, among the case's evidence."""

    expected_back_on: date
    evidence_id: UUID
    reason: str = Field(min_length=1, max_length=2_000)


class TimeOfCase(View):
    """Extensions and later material of one case, oldest first. `expected_back_on`: of a suspended case, the day on
    which it is expected to go on; `may_expect`: whether the reader may set another one."""

    number: str
    expected_back_on: date | None = None
    may_expect: bool = False
    may_ask: Literal["to_30", "to_60", "petition_90"] | None
    extensions: list[ExtensionView]
    materials: list[MaterialView]


class RecordContact(Command):
    """The first contact with the customer; what was said stands in the opinion of the timeline."""

    at: AwareDatetime
    note: str = Field(min_length=1, max_length=2_000)
