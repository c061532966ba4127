"""Whether somebody is on duty stands with the staff: cases are assigned by it too."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.staff.model import Duty

__all__ = ["Duty", "TalkNudge", "TalkWait"]


class TalkWait(Base):
    """How long somebody waited in the queue who was taken while colleagues were on duty; names nobody."""

    __tablename__ = "talk_waits"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    taken_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[int]


class TalkNudge(Base):
    """A word of ours into a talk that stood still; `seq` is the last answer before, so it comes once each time."""

    __tablename__ = "talk_nudges"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
