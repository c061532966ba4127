from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String
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


class DictionaryChange(Base):
    """What an administrator did or planned: a word added, changed, retired or deleted from a day of Asia/Shanghai on.
    Until `applied_at` it only stands here. `wanted`: what was given of name, code, parent_id and keywords."""

    __tablename__ = "dictionary_changes"
    __table_args__ = (Index("ix_dictionary_changes_dictionary", "dictionary", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dictionary: Mapped[str] = mapped_column(String(40))
    change: Mapped[str] = mapped_column(String(16))
    term_id: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    effective_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    added_by_name: Mapped[str]
    applied_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_why: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
