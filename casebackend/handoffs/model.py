"""Whether somebody is on duty stands with the staff: cases are assigned by it too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.staff.model import Duty

__all__ = ["Duty", "TalkNudge"]


class TalkNudge(Base):
    """A word of ours into a talk that stood still; `seq` is the last answer before, so it comes once each time."""

    __tablename__ = "talk_nudges"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
