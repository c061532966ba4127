from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name_enc: Mapped[str | None]
    name_masked: Mapped[str | None]
    name_index: Mapped[str | None] = mapped_column(String(32), index=True)
    phone_enc: Mapped[str | None]
    phone_masked: Mapped[str | None]
    phone_index: Mapped[str | None] = mapped_column(String(32), index=True)
    id_number_enc: Mapped[str | None]
    id_number_masked: Mapped[str | None]
    id_number_index: Mapped[str | None] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChannelIdentity(Base):
    """A sender that a channel has verified. Only this makes a customer known; a claimed phone number never does."""

    __tablename__ = "channel_identities"

    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)


class PersonalValue(Base):
    """What a token such as [手机#1] stands for in one conversation."""

    __tablename__ = "personal_values"
    __table_args__ = (UniqueConstraint("conversation_id", "token"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID]
    token: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    value_enc: Mapped[str]
    masked: Mapped[str]
