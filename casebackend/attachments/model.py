from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.attachments.rules import Kind, Scan
from casebackend.database import Base


class Attachment(Base):
    """A file of a case, or of a conversation that has no case yet. The bytes lie sealed in the store.

    `sha256` is that of the plain bytes, `stored_as` that of what lies on the disk. `name` is tokenised.
    `step` is the status of the case when it was added. `retain_until`, a day of Asia/Shanghai, is set by
    the retention when it has been decided that the time of the case is over."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_case_added", "case_id", "added_at"),
        Index("ix_attachments_scan", "scan", "scan_next_at"),
        Index("ix_attachments_previewed", "previewed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    version: Mapped[int] = mapped_column()
    case_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    message_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(16), default=Kind.FILE)
    origin: Mapped[str] = mapped_column(String(16))
    step: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str]
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    key_enc: Mapped[str | None]
    preview_as: Mapped[str | None] = mapped_column(String(64), unique=True)
    preview_key_enc: Mapped[str | None]
    previewed_at: Mapped[datetime | None]
    scan: Mapped[str] = mapped_column(String(16), default=Scan.WAITING)
    scan_at: Mapped[datetime | None]
    scan_next_at: Mapped[datetime | None]
    scan_tries: Mapped[int] = mapped_column(default=0)
    scan_found: Mapped[str | None] = mapped_column(String(120))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]
    added_by_name: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by_name: Mapped[str | None]
    removed_reason: Mapped[str | None]
    retain_until: Mapped[date | None]
    legal_hold: Mapped[bool] = mapped_column(default=False)
    purged_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Recording(Base):
    """What a recorded call adds to its attachment. `call_id` is that of the transcript, whose turns say where."""

    __tablename__ = "recordings"

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    call_id: Mapped[UUID] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]


class RecordingGrant(Base):
    """The recordings of a case are open to a unit from when the case was given to it until `expires_at`."""

    __tablename__ = "recording_grants"
    __table_args__ = (Index("ix_recording_grants_case", "case_id", "unit_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    granted_by: Mapped[str]


class Playback(Base):
    """Who listens to what since when: the many small requests of one listening are one line of the audit."""

    __tablename__ = "playbacks"

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
