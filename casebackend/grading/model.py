from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.approvals.model import Edited
from casebackend.database import Base


class GradingRule(Edited):
    """One rule of severity or of the priority lane, from a day on. `when` holds its one condition. It holds once
    somebody else than who proposed it has approved it; one that is not `active` ends the rule from its day on."""

    __tablename__ = "grading_rules"
    __table_args__ = (Index("ix_grading_rules_code", "code", "effective_from"),)

    purpose: Mapped[str] = mapped_column(String(16))
    result: Mapped[str] = mapped_column(String(32))
    rank: Mapped[int]
    reason: Mapped[str]
    when: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))
    decided_on: Mapped[date | None]


class CaseHint(Base):
    """What the words of a case suggest or tell of, as they were when it was filed: a class of one axis with its score,
    or a flag; and to which unit it was proposed to dispatch it. Never a decision: who accepts a suggestion classifies
    or dispatches the case under his own name.

    `field` is a column of the classification, "flag" or "handling_unit_id"; `score` is 0..1 of a class; `words` are
    ours."""

    __tablename__ = "case_hints"
    __table_args__ = (Index("ix_case_hints_case", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    field: Mapped[str] = mapped_column(String(32))
    rank: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    score: Mapped[float | None]
    words: Mapped[list[str]]
    made_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
