from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Digest(Base):
    """That a leader was told in the morning of `day` how it stands; once a day each."""

    __tablename__ = "digests"

    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
