from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.staff.rules import ADMINISTRATORS, Stage

ALONE = ", ".join(f"'[\"{role}\"]'" for role in sorted(ADMINISTRATORS))
ONE_ADMINISTRATION = (
    f"CAST(roles AS VARCHAR) = REPLACE(CAST(roles AS VARCHAR), '_admin\"', '') OR CAST(roles AS VARCHAR) IN ({ALONE})"
)


class User(Base):
    __tablename__ = "users"
    # 三员: whoever administers holds that one role and no other, whatever writes the row.
    __table_args__ = (CheckConstraint(ONE_ADMINISTRATION, name="one_administration"),)

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
    # `roles` is what counts: `granted` (None: all of `roles`) and what posts and permission groups give besides.
    granted: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    posts: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    groups: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    # From which unit downwards he sees cases, where that is not his own.
    scope_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    disabled_why: Mapped[str | None]
    left_at: Mapped[datetime | None]
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())
    # None: set by the demo, which makes its passwords anew at each start; such a one does not age.
    password_changed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Duty(Base):
    """What a colleague says of himself. Without a row, whoever is logged in counts as free."""

    __tablename__ = "duties"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    at: Mapped[datetime]


class DutyEvent(Base):
    """Every change of it, and who made it: the colleague himself, or a lead who forced it."""

    __tablename__ = "duty_events"
    __table_args__ = (Index("ix_duty_events_user", "user_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    forced: Mapped[bool]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str]
    at: Mapped[datetime]


class LoginSession(Base):
    """One login of one browser. The browser holds the secret, we hold its hash.

    `stage` is what is still asked of it; `idle_until` and `expires_at` follow the parameters of the day it began.
    `certificate`: the fingerprint of the one that it was opened with, where the account is bound to one: without it
    the secret opens nothing."""

    __tablename__ = "login_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(16), default=Stage.FULL, server_default=Stage.FULL)
    certificate: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime]
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
