from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.cases import rules
from casebackend.cases.rules import Arrow, Move, Status
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS
from casebackend.database import Base
from casebackend.errors import Conflict, Forbidden

NUMBERED = text("regulator_number IS NOT NULL")


class MoveNotAllowed(Conflict):
    slug, title = "move-not-allowed", "当前状态不允许该操作"

    def __init__(self, status: Status, move: Move) -> None:
        super().__init__(
            f"“{STATUS_LABELS[status]}”状态不能执行“{MOVE_LABELS[move]}”", allowed=rules.moves_from(status)
        )


class MoveForbidden(Forbidden):
    slug, title = "move-forbidden", "您的岗位不能执行该操作"

    def __init__(self, move: Move) -> None:
        super().__init__(f"“{MOVE_LABELS[move]}”不属于您的岗位职责")


class Case(Base):
    """A complaint. `facts` and `demand` are tokenised: personal values stay in the vault."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_status_filed", "status", "filed_at"),
        Index("ix_cases_unit_received", "unit_id", "received_at"),
        Index("ix_cases_handling_unit_status", "handling_unit_id", "status"),
        Index("ix_cases_category_received", "category_b", "received_at"),
        Index("ix_cases_received", "received_at"),
        Index(
            "uq_cases_regulator_number",
            "regulator_number",
            unique=True,
            sqlite_where=NUMBERED,
            postgresql_where=NUMBERED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[str] = mapped_column(String(32), default=rules.INITIAL)
    status_changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(16), default="first")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), unique=True)
    master_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    draft_id: Mapped[UUID | None] = mapped_column(unique=True)
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    customer_id: Mapped[UUID | None] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(32))
    matter_type: Mapped[str] = mapped_column(String(32), default="complaint")
    source: Mapped[str] = mapped_column(String(16), default="direct")
    source_ref: Mapped[str | None]
    referral_agency: Mapped[str | None]
    referral_due_on: Mapped[date | None]
    regulator: Mapped[str | None] = mapped_column(String(16))
    regulator_number: Mapped[str | None] = mapped_column(String(40))
    regulator_due_on: Mapped[date | None]
    capacity: Mapped[str] = mapped_column(String(16), default="self")
    group_size: Mapped[int] = mapped_column(default=1)
    third_party: Mapped[str | None]
    personal_right: Mapped[str | None] = mapped_column(String(16))
    profile: Mapped[str] = mapped_column(String(32), default="four_step")
    severity: Mapped[str] = mapped_column(String(16))
    severity_reason: Mapped[str] = mapped_column(default="")
    designated_on: Mapped[date | None]
    lane: Mapped[str | None] = mapped_column(String(32))
    lane_reason: Mapped[str | None]
    facts: Mapped[str]
    demand: Mapped[str]
    unit_id: Mapped[UUID | None] = mapped_column()
    receiving_unit_id: Mapped[UUID | None] = mapped_column(index=True)
    responsible_unit_id: Mapped[UUID | None] = mapped_column(index=True)
    handling_unit_id: Mapped[UUID | None] = mapped_column()
    handler_id: Mapped[UUID | None] = mapped_column(index=True)
    assignee_id: Mapped[UUID | None] = mapped_column(index=True)
    assigned_why: Mapped[list[str]] = mapped_column(default=list)
    creator: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    occurred_on: Mapped[date | None]
    business_channel_a: Mapped[str]
    category_b: Mapped[str]
    cause_c: Mapped[str]
    basic_right: Mapped[str] = mapped_column(String(16), default="待分类")
    classified_by_person: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    promised_on: Mapped[date | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reply_text: Mapped[str | None]
    findings: Mapped[str | None]
    proposal: Mapped[str | None]
    validity: Mapped[str | None] = mapped_column(String(16))
    responsible: Mapped[str | None] = mapped_column(String(20))
    judgement_basis: Mapped[str | None]
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime | None]
    judgement_reviewed_by: Mapped[UUID | None]
    signed_by: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]
    awaits: Mapped[str | None] = mapped_column(String(20))
    awaits_unit_id: Mapped[UUID | None]
    coded_by: Mapped[UUID | None]
    no_recording_reason: Mapped[str | None]
    decline_reason: Mapped[str | None] = mapped_column(String(32))
    closing_info: Mapped[str | None]
    overdue_reason: Mapped[str | None]
    told_by: Mapped[str | None] = mapped_column(String(16))
    told_at: Mapped[datetime | None]
    told_proof: Mapped[str | None]
    notice_form: Mapped[str | None] = mapped_column(String(16))
    expected_back_on: Mapped[date | None]
    cosigners: Mapped[list[str]] = mapped_column(default=list)
    void_requested_by: Mapped[str | None]
    satisfaction: Mapped[str | None] = mapped_column(String(20))
    urge_count: Mapped[int] = mapped_column(default=0)
    urged_at: Mapped[datetime | None]
    rework_count: Mapped[int] = mapped_column(default=0)
    restart_count: Mapped[int] = mapped_column(default=0)
    extension_level: Mapped[int] = mapped_column(default=0)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def arrow(self, move: Move, roles: Collection[str]) -> Arrow:
        """The way from here, or a refusal."""
        arrow = rules.LIFECYCLE.get((Status(self.status), move))
        if arrow is None:
            raise MoveNotAllowed(Status(self.status), move)
        if not arrow.by & frozenset(roles):
            raise MoveForbidden(move)
        return arrow

    def move(self, move: Move, *, roles: Collection[str], at: datetime) -> Arrow:
        """The only writer of `status`."""
        arrow = self.arrow(move, roles)
        self.status, self.status_changed_at = arrow.to, at
        return arrow


class CaseChange(Base):
    """A signed change of one field: units, severity, classification, matter type, and what an edit corrected. Texts are
    tokenised: personal data never stand here."""

    __tablename__ = "case_changes"
    __table_args__ = (Index("ix_case_changes_case_field", "case_id", "field"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    user_id: Mapped[UUID | None]
    field: Mapped[str] = mapped_column(String(32))
    before: Mapped[str | None]
    after: Mapped[str | None]
    reason: Mapped[str | None]


class CaseParticipant(Base):
    """Who of the staff took part in a case: it is on the list of what they have done."""

    __tablename__ = "case_participants"
    __table_args__ = (Index("ix_case_participants_user", "user_id", "case_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_at: Mapped[datetime]


class CaseCounter(Base):
    """The last number given on a day, Asia/Shanghai."""

    __tablename__ = "case_counters"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Withdrawal(Base):
    """A customer asked to withdraw and is asked back once."""

    __tablename__ = "withdrawals"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    message_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(16), default="asked")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
