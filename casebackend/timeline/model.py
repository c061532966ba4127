from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class TimelineEntry(Base):
    """What happened to a case, for people to read. `opinion` is a colleague's, tokenised; `detail` names nobody.

    `organisation_id` is the unit of the actor, `unit_id` the unit in charge after it, `due_at` the internal limit
    of the node that begins with it."""

    __tablename__ = "timeline"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index("ix_timeline_at", "at"),
        Index("ix_timeline_user_at", "user_id", "at"),
        Index("ix_timeline_unit_at", "unit_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    user_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(40))
    move: Mapped[str | None] = mapped_column(String(32))
    opinion: Mapped[str | None]
    from_status: Mapped[str | None] = mapped_column(String(32))
    to_status: Mapped[str | None] = mapped_column(String(32))
    due_at: Mapped[datetime | None]
    detail: Mapped[dict[str, Any]]
