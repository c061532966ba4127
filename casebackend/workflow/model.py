from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class WorkflowStep(Base):
    """One step of an internal chain. Its time is the limit `internal.<code>`; moves of a case start and stop it."""

    __tablename__ = "workflow_steps"
    __table_args__ = (UniqueConstraint("chain", "code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    chain: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int]
    code: Mapped[str] = mapped_column(String(32))
    label: Mapped[str]
    who: Mapped[str]
    starts_on: Mapped[list[str]]
    stops_on: Mapped[list[str]]
    effective_from: Mapped[date]
