"""What is registered by colleagues, and how it is shown again."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.conversations import Command, View
from casebackend.api.parties import DocumentReceived, DocumentView, ObjectNamed, ObjectView, Person, PersonView
from casebackend.conversations.rules import Channel
from casebackend.grading.rules import Severity
from casebackend.matters.rules import Capacity, MatterType, PersonalRight, Source

ByHand = Literal[
    Channel.COUNTER, Channel.HOTLINE, Channel.LETTER, Channel.EMAIL, Channel.REGULATOR, Channel.WEBCHAT, Channel.WECHAT
]


class Register(Command):
    """One matter, as a colleague takes it down. What must stand here hangs on matter type, source and capacity.

    `unit_id` is the unit complained of. `received_at` is the present unless it came in earlier (a letter).
    The first of `people` with role complainant is the customer. `source_ref`, `referral_due_on`: the number of the
    paper by which another office passed the matter on, and the day by which it wants to hear. `regulator`: which one,
    where it is one; nfra unless said otherwise. `personal_right`: what is asked of a person's own data.
    `notice_form`: see ChangeNoticeForm.
    """

    matter_type: MatterType = MatterType.COMPLAINT
    source: Source = Source.DIRECT
    channel: ByHand = Channel.COUNTER
    received_at: AwareDatetime | None = None
    capacity: Capacity = Capacity.SELF
    people: list[Person] = Field(default_factory=list, max_length=12)
    documents: list[DocumentReceived] = Field(default_factory=list, max_length=20)
    objects: list[ObjectNamed] = Field(default_factory=list, max_length=20)
    group_size: int = Field(default=1, ge=1, le=100_000)
    unit_id: UUID | None = None
    responsible_unit_id: UUID | None = None
    facts: str = Field(default="", max_length=20_000)
    demand: str = Field(default="", max_length=8_000)
    amount: Decimal | None = Field(default=None, ge=0, max_digits=16, decimal_places=2)
    occurred_on: date | None = None
    business_channel_a: str | None = Field(default=None, max_length=80)
    category_b: str | None = Field(default=None, max_length=80)
    cause_c: str | None = Field(default=None, max_length=80)
    basic_right: str | None = Field(default=None, max_length=16)
    referral_agency: str | None = Field(default=None, max_length=80)
    source_ref: str | None = Field(default=None, max_length=80)
    referral_due_on: date | None = None
    source_url: str | None = Field(default=None, max_length=500, pattern=r"^https?://\S+$")
    regulator: str | None = Field(default=None, max_length=16)
    regulator_number: str | None = Field(default=None, max_length=40)
    regulator_due_on: date | None = None
    third_party: str | None = Field(default=None, max_length=80)
    personal_right: PersonalRight | None = None
    notice_form: str | None = Field(default=None, max_length=16)


class Registered(View):
    """`missing_documents`: what the complainant still has to bring before the case can be accepted."""

    case_id: UUID
    number: str
    status: str
    version: int
    matter_type: MatterType
    severity: str
    severity_reason: str
    lane: str | None
    lane_reason: str | None
    receiving_unit_id: UUID | None
    unit_id: UUID | None
    handling_unit_id: UUID | None
    promised_on: date | None
    missing_documents: list[str]


class Suggestion(View):
    """A class that the text suggests. `confidence` in 0..1; a person decides."""

    field: str
    name: str
    code: str | None
    confidence: float


class ForCoding(Command):
    text: str = Field(min_length=1, max_length=28_000)


class ChangeSeverity(Command):
    """`designated_on`: the day by which an answer was set for this one case."""

    severity: Severity
    designated_on: date | None = None
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")


class ChangeNoticeForm(Command):
    """In which form customer and bank agreed that the outcome is told: letter, sms, phone, email, in_person, channel.
    Null ends the agreement."""

    notice_form: str | None = Field(max_length=16)
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")


class ChangeMatter(Command):
    """`demand`: what the customer wants, where the former matter had no place for it; `personal_right`: what of a
    person's data is asked for, where it becomes such a request."""

    matter_type: MatterType
    personal_right: PersonalRight | None = None
    demand: str | None = Field(default=None, max_length=8_000)
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")


class ChangeUnits(Command):
    """Which of the three roles of units changes; the handling unit changes by the moves of the case."""

    unit_id: UUID | None = None
    responsible_unit_id: UUID | None = None
    receiving_unit_id: UUID | None = None
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")


class ChangeRegulatorDate(Command):
    """The day by which the regulator wants the case finished, or another office that passed it on wants to hear of it;
    `document`: the number of its paper that says so."""

    due_on: date
    document: str = Field(min_length=2, max_length=80, pattern=r"\S")
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")


class ChangeGroup(Command):
    """How many people complain together."""

    group_size: int = Field(ge=1, le=100_000)
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")


class ChangeView(View):
    at: datetime
    actor_name: str
    field: str
    before: str | None
    after: str | None
    reason: str | None


class RegistrationView(View):
    """Everything around the registration of one case; personal data are masked. `profile`: the set of internal limits
    that it runs by."""

    number: str
    version: int
    matter_type: MatterType
    source: Source
    capacity: Capacity
    group_size: int
    channel: Channel
    amount: Decimal | None
    received_at: datetime
    profile: str
    source_ref: str | None
    referral_agency: str | None
    referral_due_on: date | None
    regulator: str | None
    regulator_number: str | None
    regulator_due_on: date | None
    third_party: str | None
    personal_right: PersonalRight | None
    notice_form: str | None
    notice_form_label: str | None
    severity: str
    severity_reason: str
    lane: str | None
    lane_reason: str | None
    receiving_unit_id: UUID | None
    unit_id: UUID | None
    responsible_unit_id: UUID | None
    handling_unit_id: UUID | None
    people: list[PersonView]
    documents: list[DocumentView]
    missing_documents: list[str]
    objects: list[ObjectView]
    changes: list[ChangeView]


class SavedDraft(View):
    """A registration that was put aside. `complainant` is masked."""

    id: UUID
    version: int
    matter_type: MatterType
    channel: Channel
    complainant: str | None
    unit_id: UUID | None
    created_at: datetime
    updated_at: datetime


class SavedDraftPage(View):
    """`next` is the cursor of the following page."""

    items: list[SavedDraft]
    next: str | None


class DraftContent(SavedDraft):
    """With what stands in it, for the colleague who wrote it."""

    content: Register
