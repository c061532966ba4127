from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.conversations import Command, View
from casebackend.cases.rules import Move, Status
from casebackend.cases.words import DeclineReason, PauseGround, Purpose, Responsible, Satisfaction, ToldBy, Validity


class SearchCases(Command):
    """A list of cases, where persons may be looked for: they are named here and never in an address. `conditions`: as
    in the query string of the list, of each all its values. `purpose` is wanted with `customer`, `phone`, `paper` or
    `card`, and is kept in the audit."""

    conditions: dict[str, list[str]] = Field(default_factory=dict, max_length=200)
    purpose: Purpose | None = None
    queue: str | None = Field(default=None, max_length=20)
    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=50, ge=1, le=200)


class MoveCase(Command):
    """One step of the lifecycle. Which fields a move needs is said by `allowed` of the case view.

    `cosigners`: units or people, by id; the countersigning ends when all, any or a quorum of them agree.
    `version`: the version that was looked at, for forms; the API takes it from If-Match.
    `requested_at` and `identity_check`: a withdrawal that the customer asked a colleague for (令2020年第3号 Art. 15).
    `told_by`, `told_at`, `told_proof`: how the decision reached the customer where we carry no messages.
    `appraisal`: what is appraised or mediated, and by whom; `appraisal_id`: the paper that says so (of a mediation the
    application of both sides), among the case's evidence; `expected_back_on`: the day on which the case is expected to
    go on, with which a suspension is reminded of.
    `no_recording_reason`: why a telephone complaint has no recording among its evidence.
    `responsible_unit_id`: the unit that is answerable. `propose` needs it where the bank is found responsible, wholly
    or partly, and no unit is named yet (`responsible_unit_id` of the case); one that is named stays,
    but what only a proposal named is taken back when it comes back or when nobody is found answerable.
    `assignee_id`: the colleague of the same unit to whom a case in hand is transferred.
    `internal_confirmed`: the answer holds words of an entry for colleagues alone, and whoever sends it says that this
    was allowed (refused all the same where the policy leaves nobody the choice).
    `facts` to `occurred_on` are taken by `submit` only. What is judged comes with a proposal only, a classification
    until the decision is approved; what a move does not take is left as it is.
    """

    move: Move
    opinion: str | None = Field(default=None, max_length=4_000)
    version: int | None = None
    handling_unit_id: UUID | None = None
    cosigners: list[UUID] = Field(default_factory=list, max_length=20)
    countersign_mode: Literal["all", "any", "quorum"] = "all"
    countersign_quorum: int | None = Field(default=None, ge=1, le=20)
    pause_ground: PauseGround = PauseGround.APPRAISAL
    appraisal: str | None = Field(default=None, max_length=500)
    appraisal_id: UUID | None = None
    expected_back_on: date | None = None
    decline_reason: DeclineReason | None = None
    findings: str | None = Field(default=None, max_length=8_000)
    responsible: Responsible | None = None
    responsible_unit_id: UUID | None = None
    proposal: str | None = Field(default=None, max_length=8_000)
    closing_info: str | None = Field(default=None, max_length=8_000)
    reply_facts: str | None = Field(default=None, max_length=1_000)
    reply_decision: str | None = Field(default=None, max_length=1_000)
    reply_basis: str | None = Field(default=None, max_length=1_000)
    reply_remedies: str | None = Field(default=None, max_length=1_000)
    overdue_reason: str | None = Field(default=None, max_length=1_000)
    validity: Validity | None = None
    judgement_basis: str | None = Field(default=None, max_length=1_000)
    internal_confirmed: bool = False
    told_by: ToldBy | None = None
    told_at: datetime | None = None
    told_proof: str | None = Field(default=None, max_length=500)
    requested_at: datetime | None = None
    identity_check: str | None = Field(default=None, max_length=500)
    no_recording_reason: str | None = Field(default=None, max_length=500)
    assignee_id: UUID | None = None
    satisfaction: Satisfaction | None = None
    master_number: str | None = Field(default=None, max_length=20)
    business_channel_a: str | None = Field(default=None, max_length=80)
    category_b: str | None = Field(default=None, max_length=80)
    cause_c: str | None = Field(default=None, max_length=80)
    basic_right: str | None = Field(default=None, max_length=16)
    facts: str | None = Field(default=None, max_length=20_000)
    demand: str | None = Field(default=None, max_length=8_000)
    unit_id: UUID | None = None
    amount: Decimal | None = Field(default=None, ge=0, max_digits=16, decimal_places=2)
    occurred_on: date | None = None


class TellDecision(Command):
    """How, when and with what proof the customer heard of a decision that our own channel could not deliver.

    `overdue_reason`: where that was after the limit of law, and no reason stands there yet."""

    told_by: Literal["phone", "letter", "email", "sms", "in_person"]
    told_at: AwareDatetime
    told_proof: str = Field(min_length=1, max_length=500)
    overdue_reason: str | None = Field(default=None, max_length=1_000)


class Classify(Command):
    """A signed change of the classification, by anybody who works on the case."""

    business_channel_a: str | None = Field(default=None, max_length=80)
    category_b: str | None = Field(default=None, max_length=80)
    cause_c: str | None = Field(default=None, max_length=80)
    basic_right: str | None = Field(default=None, max_length=16)
    reason: str = Field(min_length=1, max_length=1_000)


class AllowedMove(View):
    """A move that the reader may make now, and the fields it needs."""

    move: Move
    label: str
    requires: list[str]


class Awaiting(View):
    """The usual next move, and in words who makes it; of a proposal, by the chain of the case. `why`: where it is
    somebody else than one would think."""

    move: Move
    label: str
    who: str
    why: str | None = None


class Moved(View):
    """The answer to a move by somebody who may not read cases."""

    number: str
    status: Status
    status_label: str
    version: int


class CaseRow(View):
    """A case in a list. `near_due`: a reminder of one of its clocks has come. `undelivered`: the decision was sent over
    our own channel and did not reach the customer. `supervised`: a demand from above is not ended. Personal data are
    masked."""

    id: UUID
    number: str
    kind: Literal["first", "second"]
    status: Status
    status_label: str
    channel: str
    severity: str
    lane: str | None
    customer_name: str | None
    summary: str
    unit: str | None
    handling_unit: str | None
    handler: str | None
    category_b: str
    received_at: datetime
    promised_on: date | None
    near_due: bool
    overdue: bool
    urge_count: int
    undelivered: bool = False
    supervised: bool = False


class CasePage(View):
    """`next` is the cursor of the following page."""

    items: list[CaseRow]
    next: str | None


class CaseView(CaseRow):
    """`barred`: why this reader may make no move, or only give the case to somebody else. `may_tell`: he may record how
    the customer was told what could not be delivered.

    `signed_at`: when the head of the handling department signed the proposal. `expected_back_on`: of a suspended case,
    the day on which it is expected to go on."""

    version: int
    conversation_id: UUID
    matter_type: str
    facts: str
    demand: str
    customer_phone: str | None
    customer_id_number: str | None
    unit_id: UUID | None
    handling_unit_id: UUID | None
    responsible_unit_id: UUID | None = None
    amount: Decimal | None
    occurred_on: date | None
    business_channel_a: str
    cause_c: str
    basic_right: str = "待分类"
    classified_by_person: bool
    creator: str
    filed_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None
    findings: str | None
    proposal: str | None
    validity: Validity | None
    judgement_basis: str | None
    no_recording_reason: str | None
    told_by: ToldBy | None
    told_at: datetime | None
    told_proof: str | None
    notice_form: str | None = None
    notice_form_label: str | None = None
    notice_warning: str | None = None
    responsible: Responsible | None
    decline_reason: DeclineReason | None
    closing_info: str | None
    overdue_reason: str | None
    expected_back_on: date | None = None
    cosigners: list[str]
    reply_text: str | None
    satisfaction: Satisfaction | None
    rework_count: int
    parent_number: str | None
    second_number: str | None
    master_number: str | None
    signed_at: datetime | None
    awaiting: Awaiting | None = None
    allowed: list[AllowedMove]
    barred: str | None
    may_tell: bool = False
