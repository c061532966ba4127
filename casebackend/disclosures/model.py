from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Disclosure(Base):
    """Somebody was shown plain values of a case, once, and why. `reason` is tokenised; the values do not stand here."""

    __tablename__ = "disclosures"
    __table_args__ = (Index("ix_disclosures_user_at", "user_id", "at"), Index("ix_disclosures_case", "case_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    user_id: Mapped[UUID]
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    kinds: Mapped[list[str]]
