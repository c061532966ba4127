from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Urge(Base):
    """A colleague urged a case. `opinion` is tokenised. What customers urge stands on the case and in its timeline."""

    __tablename__ = "urges"
    __table_args__ = (Index("ix_urges_case_user", "case_id", "user_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    user_id: Mapped[UUID]
    actor_name: Mapped[str]
    opinion: Mapped[str]
    count: Mapped[int]
    at: Mapped[datetime]
