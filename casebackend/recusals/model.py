from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Recusal(Base):
    """Somebody stays away from a case by declaration. `reason` and `lifted_reason` are tokenised."""

    __tablename__ = "recusals"
    __table_args__ = (Index("ix_recusals_case_user", "case_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    reason: Mapped[str]
    declared_by: Mapped[UUID]
    declared_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[str | None]


class Waiver(Base):
    """Head office lets somebody work on a case whom a rule would keep away."""

    __tablename__ = "recusal_waivers"
    __table_args__ = (Index("ix_recusal_waivers_case_user", "case_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    reason: Mapped[str]
    granted_by: Mapped[UUID]
    granted_at: Mapped[datetime]
