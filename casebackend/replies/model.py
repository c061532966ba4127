from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class CannedReply(Base):
    """A wording of one colleague (personal) or of a unit (team). `title`, `text`: as it is in use, or as it was first
    proposed. `number`: the version in use, none before a lead approved one; `pending`: the version that waits for a
    lead. `article_id`, `article_version`: the entry of the knowledge that the words in use were made from."""

    __tablename__ = "canned_replies"
    __table_args__ = (Index("ix_canned_replies_changed", "reach", "changed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reach: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    number: Mapped[int | None]
    pending: Mapped[int | None]
    article_id: Mapped[str | None] = mapped_column(String(120), index=True)
    article_version: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    retired_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    row_version: Mapped[int] = mapped_column(default=1)


class ReplyVersion(Base):
    """What was written once stays as it was. A personal version needs no decision."""

    __tablename__ = "canned_reply_versions"

    reply_id: Mapped[UUID] = mapped_column(ForeignKey("canned_replies.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    article_id: Mapped[str | None] = mapped_column(String(120))
    article_version: Mapped[int | None]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    opinion: Mapped[str | None] = mapped_column(String(200))
