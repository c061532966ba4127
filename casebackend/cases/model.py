from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.cases import rules
from casebackend.cases.rules import Arrow, Move, Status
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS
from casebackend.database import Base
from casebackend.errors import Conflict, Forbidden


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
    __table_args__ = (Index("ix_cases_status_filed", "status", "filed_at"),)

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
    matter_type: Mapped[str] = mapped_column(String(32), default="消费投诉")
    severity: Mapped[str] = mapped_column(String(16))
    facts: Mapped[str]
    demand: Mapped[str]
    unit_id: Mapped[UUID | None] = mapped_column(index=True)
    handling_unit_id: Mapped[UUID | None] = mapped_column(index=True)
    handler_id: Mapped[UUID | None] = mapped_column(index=True)
    creator: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    occurred_on: Mapped[date | None]
    business_channel_a: Mapped[str]
    category_b: Mapped[str]
    cause_c: Mapped[str]
    classified_by_person: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    promised_on: Mapped[date]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reply_text: Mapped[str | None]
    findings: Mapped[str | None]
    proposal: Mapped[str | None]
    responsible: Mapped[str | None] = mapped_column(String(20))
    decline_reason: Mapped[str | None] = mapped_column(String(32))
    closing_info: Mapped[str | None]
    overdue_reason: Mapped[str | None]
    cosigners: Mapped[list[str]] = mapped_column(default=list)
    void_requested_by: Mapped[str | None]
    satisfaction: Mapped[str | None] = mapped_column(String(20))
    urge_count: Mapped[int] = mapped_column(default=0)
    urged_at: Mapped[datetime | None]
    rework_count: Mapped[int] = mapped_column(default=0)

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


class Notice(Base):
    """A note to the staff in charge of a case: urged, near due, overdue. `cause` makes it come once."""

    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    cause: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    unit_id: Mapped[UUID | None] = mapped_column(index=True)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
