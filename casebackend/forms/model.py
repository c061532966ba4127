from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class FormPrint(Base):
    """A form that was printed: by whom, why, and the seals by which it is known again. What stood in it is not kept.

    `reason` is tokenised. `seal` is of the file, `page_seals` of each page."""

    __tablename__ = "form_prints"
    __table_args__ = (Index("ix_form_prints_case", "case_id", "printed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    serial: Mapped[str] = mapped_column(String(16), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    case_version: Mapped[int]
    form: Mapped[str] = mapped_column(String(16))
    variant: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    pages: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64), unique=True)
    page_seals: Mapped[list[str]]
    printed_at: Mapped[datetime]
    printed_by: Mapped[UUID | None]
    printed_by_name: Mapped[str]
