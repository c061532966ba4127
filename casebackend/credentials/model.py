from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class OldPassword(Base):
    """What a password was before it was changed, as a hash, so that it is not taken again."""

    __tablename__ = "old_passwords"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    password_hash: Mapped[str]
    at: Mapped[datetime]


class SecondFactor(Base):
    """A shared secret for TOTP (RFC 6238), sealed in the vault under this row. Counts once `confirmed_at` is set.
    `last_step` is the time step of the last code that was taken: none is taken twice."""

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    secret_enc: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class ClientCertificate(Base):
    """A certificate that an account is bound to: whoever logs in with it has to show one of them. `fingerprint` is the
    SHA-256 of the whole certificate. Renewed ones stand beside the old one until that is taken away."""

    __tablename__ = "client_certificates"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime]
    bound_at: Mapped[datetime]
    bound_by: Mapped[str] = mapped_column(String(80))


class RecoveryCode(Base):
    """Each opens once in place of a code. 80 random bits, so a plain hash is enough."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]
