from datetime import date
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class DayKind(StrEnum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SWAP = "swap"


class CalendarDay(Base):
    """A day of the State Council's yearly notice. `swap` is a weekend that is worked (调休)."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None]
    source: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
