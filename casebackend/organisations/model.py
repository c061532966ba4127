from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Organisation(Base):
    """A unit as it is today. `closed_on` is its first day without business; its cases stay its own."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    level: Mapped[str] = mapped_column(String(32))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    aliases: Mapped[list[str]]
    closed_on: Mapped[date | None]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class OrganisationVersion(Base):
    """A unit as it stands from a day on. Not `applied_at` yet: the worker does it on its day, unless it is cancelled.

    The first row of a unit that was there before says how it was until then."""

    __tablename__ = "organisation_versions"
    __table_args__ = (UniqueConstraint("organisation_id", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    seq: Mapped[int]
    change: Mapped[str] = mapped_column(String(16))
    effective_from: Mapped[date] = mapped_column(index=True)
    name: Mapped[str]
    short_name: Mapped[str]
    level: Mapped[str] = mapped_column(String(32))
    parent_id: Mapped[UUID | None]
    aliases: Mapped[list[str]]
    closed: Mapped[bool]
    successor_id: Mapped[UUID | None]
    reason: Mapped[str]
    actor: Mapped[str]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
