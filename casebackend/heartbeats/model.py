from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Heartbeat(Base):
    """The last sign of life of one instance of a program, and whether it says it can work."""

    __tablename__ = "heartbeats"

    program: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance: Mapped[str] = mapped_column(String(80), primary_key=True)
    ready: Mapped[bool]
    why: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime]
