from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Candidate(Base):
    """A closed case without its people, offered to the curators as an entry. What it was before is never stored: it is
    read from the case by who may. `topic` groups candidates of one B class and one cause. Without a `case_id` the case
    was redacted after its time, and nothing leads back to it. `unit_id` and `month` are shown only where enough cases
    share them."""

    __tablename__ = "candidates"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), unique=True)
    topic: Mapped[str] = mapped_column(String(200), index=True)
    category: Mapped[str]
    cause: Mapped[str]
    state: Mapped[str] = mapped_column(String(32), index=True)
    facts: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    report: Mapped[dict[str, Any]]
    outcome: Mapped[str | None] = mapped_column(String(16))
    amount_band: Mapped[str] = mapped_column(String(16), default="")
    compensation_band: Mapped[str | None] = mapped_column(String(16))
    days: Mapped[int]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    month: Mapped[str | None] = mapped_column(String(7))
    made_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    article_id: Mapped[str | None] = mapped_column(String(120))
    row_version: Mapped[int] = mapped_column(default=1)
