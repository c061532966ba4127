from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.reviews.rules import TOLD, Outcome, State


class Review(Base):
    """核查: the customer does not accept a branch's decision, and the organisation above looks at it.

    A case of its own with its own clock, linked to the complaint; its history stands with the complaint. Free texts
    are tokenised within the conversation of the complaint. `carried_out_at`: when 责令重新处理 opened the case again.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_state_applied", "state", "applied_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=State.APPLIED)
    version: Mapped[int] = mapped_column()
    applied_at: Mapped[datetime]
    decision_told_at: Mapped[datetime]
    form: Mapped[str] = mapped_column(String(16))
    document: Mapped[str | None]
    grounds: Mapped[str]
    late: Mapped[bool]
    deciding_unit_id: Mapped[UUID | None]
    reviewing_unit_id: Mapped[UUID | None] = mapped_column(index=True)
    registered_by: Mapped[str]
    reviewer_id: Mapped[UUID | None] = mapped_column(index=True)
    reject_reason: Mapped[str | None] = mapped_column(String(24))
    findings_process: Mapped[str | None]
    findings_time: Mapped[str | None]
    findings_result: Mapped[str | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    opinion: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    told_by: Mapped[str | None] = mapped_column(String(16))
    told_proof: Mapped[str | None]
    notified_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    carried_out_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def waits_for_second(self) -> bool:
        """Ordered and told, and not yet carried out because a second complaint was open."""
        return self.outcome == Outcome.REMANDED and self.state in TOLD and self.carried_out_at is None
