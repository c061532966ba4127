from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class GradingRule(Base):
    """One rule of severity or of the priority lane, from a day on. `when` holds its one condition."""

    __tablename__ = "grading_rules"
    __table_args__ = (UniqueConstraint("code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(16))
    result: Mapped[str] = mapped_column(String(32))
    rank: Mapped[int]
    reason: Mapped[str]
    when: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=True)
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))
