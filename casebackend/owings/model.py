from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base

OPEN = text("told_at IS NULL AND ended_at IS NULL")


class Owed(Base):
    """Something that a customer must be told. It ends when he was told, with the proof, or when nobody needs it.

    `text` are the words that he reads, tokenised. `since` is when it came about: of one cause it comes once.
    `told_proof` is the message over our own channel, or what a colleague wrote down."""

    __tablename__ = "owed_notices"
    __table_args__ = (
        UniqueConstraint("case_id", "what", "since"),
        Index("ix_owed_notices_open", "case_id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_owed_notices_told_proof", "told_proof"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("reviews.id"))
    what: Mapped[str] = mapped_column(String(24))
    text: Mapped[str]
    since: Mapped[datetime]
    told_by: Mapped[str | None] = mapped_column(String(16))
    told_at: Mapped[datetime | None]
    told_proof: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
