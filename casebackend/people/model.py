from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.people.rules import RequestState


class RightsRequest(Base):
    """Who asks for which rights of a user or of a group, and who decided. Nothing holds before it was approved."""

    __tablename__ = "rights_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    group_code: Mapped[str | None] = mapped_column(String(32))
    wanted: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default=RequestState.ASKED, index=True)
    asked_by: Mapped[UUID | None]
    asked_by_name: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    opinion: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ImportRun(Base):
    """A file that was looked at, and what it would change. `content` is dropped once it was applied, or not in a
    week."""

    __tablename__ = "import_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    report: Mapped[dict[str, Any]]
    checked_by: Mapped[str]
    checked_at: Mapped[datetime]
    applied_by: Mapped[str | None]
    applied_at: Mapped[datetime | None]
