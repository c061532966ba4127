from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Evidence(Base):
    """One piece of evidence; never changed, never removed. `title` and `source` are tokenised.

    `sha256` is that of the file or of the text of the message; without either there is only where it is kept."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_case_kind", "case_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str]
    source: Mapped[str]
    message_id: Mapped[UUID | None]
    attachment_id: Mapped[UUID | None]
    content_type: Mapped[str | None] = mapped_column(String(40))
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime]
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]
    added_by_name: Mapped[str]


class EvidenceFile(Base):
    """Where the first version kept the bytes; `evidence.moving` makes attachments of them, then it is empty."""

    __tablename__ = "evidence_files"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    content_enc: Mapped[str]
