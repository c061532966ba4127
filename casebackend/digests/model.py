from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Digest(Base):
    """That a leader was told in the morning of `day` how it stands; once a day each."""

    __tablename__ = "digests"

    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]


RUNNING = text("ended_at IS NULL")


class Episode(Base):
    """From when to when a figure of the board stood over its line, for the whole bank. At most one of each is running.

    `value` and `line` are those with which it began."""

    __tablename__ = "board_episodes"
    __table_args__ = (
        Index("ix_board_episodes_running", "code", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(24))
    value: Mapped[int]
    line: Mapped[int]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UnitEpisode(Base):
    """From when to when a figure of one unit in charge stood over its line. At most one of each is running."""

    __tablename__ = "board_unit_episodes"
    __table_args__ = (
        Index(
            "ix_board_unit_episodes_running",
            "unit_id",
            "code",
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    code: Mapped[str] = mapped_column(String(24))
    value: Mapped[int]
    line: Mapped[int]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
