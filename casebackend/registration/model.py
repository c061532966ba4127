from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Registration(Base):
    """What a colleague is taking down. `content_enc` is all of it, sealed, until it is submitted and becomes a case.

    `typed_enc`: the fields of the page as they stood, also what cannot be read yet. `window`: which browser window
    wrote last. `kept_by_itself`: nobody pressed a button, so the page offers it again."""

    __tablename__ = "registrations"
    __table_args__ = (Index("ix_registrations_of", "user_id", "state", "updated_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    version: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[UUID | None]
    # Whoever began it has left: a colleague of this unit takes it up.
    pool_unit_id: Mapped[UUID | None] = mapped_column(index=True)
    unit_id: Mapped[UUID | None]
    matter_type: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    complainant: Mapped[str | None]
    content_enc: Mapped[str | None]
    typed_enc: Mapped[str | None]
    window: Mapped[str | None] = mapped_column(String(36))
    kept_by_itself: Mapped[bool] = mapped_column(default=False)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
