from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Duty(Base):
    """What a colleague says of himself. Without a row, whoever is logged in counts as free."""

    __tablename__ = "duties"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
