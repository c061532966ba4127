from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class AuditEntry(Base):
    """Append only. `chain` is case:<id>, reads:<user> or the name of an administrative domain; `detail` is masked.

    `address` and `roles` are of the request in which it was written; null where there was none."""

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_object", "object"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    chain: Mapped[str]
    seq: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    event: Mapped[str]
    object: Mapped[str]
    detail: Mapped[dict[str, Any]]
    address: Mapped[str | None] = mapped_column(String(64))
    roles: Mapped[str | None] = mapped_column(String(200))
    previous: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """The last link of each chain: shows a cut tail, and makes writers of one chain wait for one another."""

    __tablename__ = "audit_heads"

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
