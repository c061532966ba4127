from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base

# JR/T 0169-2018 is in force from this day.
FIRST = date(2018, 9, 4)


class DictionaryTerm(Base):
    """One version of one word of one code list: in force from a day on, and until another one begins.

    `code` is the official code, null while we do not hold it."""

    __tablename__ = "dictionary_terms"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    dictionary: Mapped[str] = mapped_column(String(40), index=True)
    seq: Mapped[int]
    name: Mapped[str]
    code: Mapped[str | None]
    parent_id: Mapped[str | None] = mapped_column(String(64))
    keywords: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    effective_from: Mapped[date] = mapped_column(default=FIRST)
    effective_to: Mapped[date | None]
    source: Mapped[str | None]
