from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Export(Base):
    """One file that somebody takes, or wants to take, out of the house.

    `query_enc`: the conditions as asked, sealed, because people look for people. `rows`: how many there were when it
    was asked for, so many are approved; `matched`: how many there were when the file was made; `written`: how many it
    holds. `root_unit_id` is the unit from which downwards the asker saw; `seen_as` a digest of his rights."""

    __tablename__ = "exports"
    __table_args__ = (
        Index("ix_exports_asker", "user_id", "asked_at"),
        Index("ix_exports_state", "state", "next_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    report: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(80))
    format: Mapped[str] = mapped_column(String(8))
    query_enc: Mapped[str]
    purpose: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int]
    matched: Mapped[int | None]
    written: Mapped[int | None]
    approval: Mapped[bool]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str]
    staff_no: Mapped[str] = mapped_column(String(64))
    root_unit_id: Mapped[UUID | None]
    seen_as: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(400))
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    stored_as: Mapped[str | None] = mapped_column(String(64), unique=True)
    key_enc: Mapped[str | None]
    downloads: Mapped[int] = mapped_column(default=0)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
