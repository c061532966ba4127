from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.demands.rules import Said, State


class Supervision(Base):
    """A demand on a case from above or from the regulator, with a clock of its own. `demand` is tokenised."""

    __tablename__ = "supervisions"
    __table_args__ = (Index("ix_supervisions_state_due", "state", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    timer_id: Mapped[UUID]
    source: Mapped[str] = mapped_column(String(16))
    number: Mapped[str | None] = mapped_column(String(40))
    demand: Mapped[str]
    opened_by: Mapped[UUID]
    opened_by_name: Mapped[str]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=State.OPEN)
    read_at: Mapped[datetime | None]
    read_by: Mapped[UUID | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closing_opinion: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class SupervisionReply(Base):
    """Every answer is kept as it was given, and every demand with which it was sent back. `text` is tokenised."""

    __tablename__ = "supervision_replies"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    supervision_id: Mapped[UUID] = mapped_column(ForeignKey("supervisions.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=Said.REPLY, server_default=Said.REPLY)
    user_id: Mapped[UUID]
    actor_name: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
