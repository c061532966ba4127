from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Article(Base):
    """One version of one knowledge entry. The database is the truth; the index is made from it."""

    __tablename__ = "articles"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    branch: Mapped[str]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    questions: Mapped[list[str]]
    clause: Mapped[str | None]
    source: Mapped[str]
    evidence: Mapped[str | None] = mapped_column(String(8))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    audience: Mapped[str] = mapped_column(String(32))
    imported_at: Mapped[datetime]
