from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class PickupCode(Base):
    """The one pick-up code of a case that is good. Only its keyed hash is kept; a newer one takes its place.
    `message_id`: what it was issued to, so that asking again is the same answer."""

    __tablename__ = "pickup_codes"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), unique=True)
    generation: Mapped[int] = mapped_column(default=1)
    message_id: Mapped[UUID | None]
    issued_at: Mapped[datetime]


class Visit(Base):
    """Somebody at the progress page with a pick-up code, right or not: one without a case behaves the same and opens
    nothing. What it has proved stands in `identity_talks` under the same id."""

    __tablename__ = "pickup_visits"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code_digest: Mapped[str] = mapped_column(String(32), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    customer_id: Mapped[UUID | None]
    phone_index: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
