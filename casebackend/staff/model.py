from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str]
    staff_no: Mapped[str]
    password_hash: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    email: Mapped[str | None]
    mobile: Mapped[str | None] = mapped_column(String(20))
    superior_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    skills: Mapped[list[str]] = mapped_column(default=list)


class Duty(Base):
    """What a colleague says of himself. Without a row, whoever is logged in counts as free."""

    __tablename__ = "duties"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class LoginSession(Base):
    """One login of one browser. The browser holds the secret, we hold its hash."""

    __tablename__ = "login_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """The login log, and what the lock counts. `login_key` is a keyed hash: people type passwords into that field."""

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index("ix_login_attempts_account", "login_key", "at"),
        Index("ix_login_attempts_address", "address", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login_key: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
