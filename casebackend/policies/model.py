from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class SecurityParameter(Base):
    """A dated value. What was in force stays to be read; of two for the same day the one added later holds."""

    __tablename__ = "security_parameters"
    __table_args__ = (Index("ix_security_parameters_code", "code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str]
    value: Mapped[str] = mapped_column(String(500))
    effective_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(500))
    evidence: Mapped[str] = mapped_column(String(1))
    added_at: Mapped[datetime]
    added_by: Mapped[str]
