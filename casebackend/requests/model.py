from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.requests.rules import State


class CaseRequest(Base):
    """What a customer wants done about an own case, over as many turns as it takes to say it.

    `message_id` is the one that began it, `case_id` the case once it is known which one. `last_result` answers the
    last message again, whoever brings it and under whatever key."""

    __tablename__ = "case_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=State.ASKED)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    at: Mapped[datetime]
    last_message_id: Mapped[UUID | None] = mapped_column(index=True)
    last_result: Mapped[dict[str, Any] | None]
