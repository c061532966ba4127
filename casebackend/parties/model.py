from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Party(Base):
    """A person of a case: who complains, who speaks for them. Plain values stand in the vault only."""

    __tablename__ = "parties"
    __table_args__ = (Index("ix_parties_tier", "tier", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    name_enc: Mapped[str | None]
    name_masked: Mapped[str | None]
    phone_enc: Mapped[str | None]
    phone_masked: Mapped[str | None]
    phone_index: Mapped[str | None] = mapped_column(String(32), index=True)
    caller_enc: Mapped[str | None]
    caller_masked: Mapped[str | None]
    id_number_enc: Mapped[str | None]
    id_number_masked: Mapped[str | None]
    unified_code: Mapped[str | None] = mapped_column(String(18))
    sex: Mapped[str | None] = mapped_column(String(8))
    tier: Mapped[str | None] = mapped_column(String(16))
    relation: Mapped[str | None] = mapped_column(String(200))
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class ReceivedDocument(Base):
    """A paper that was handed in, and whether the original was seen."""

    __tablename__ = "received_documents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    original_seen: Mapped[bool]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID | None]
    received_by_name: Mapped[str]


class BusinessObject(Base):
    """What or whom the complaint is about. `user_id`: the colleague, when the staff number is one of ours.

    `finding`: what core data say of it; never a reason to refuse a complaint."""

    __tablename__ = "business_objects"
    __table_args__ = (Index("ix_business_objects_value", "kind", "value_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value_enc: Mapped[str]
    value_masked: Mapped[str]
    value_index: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    finding: Mapped[str] = mapped_column(String(16))
    added_at: Mapped[datetime]
    added_by: Mapped[str]
