"""The second factor: TOTP (RFC 6238) by any authenticator, and codes on paper for a lost telephone."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.credentials.model import RecoveryCode, SecondFactor
from casebackend.credentials.queries import factor_of
from casebackend.credentials.rules import RECOVERY_CODES, is_a_code, plain_recovery, steps_at
from casebackend.errors import Conflict, Unprocessable
from casebackend.staff.model import User

SEALED_AS = ("second_factors", "secret_enc")
RECOVERY_BYTES = 10


class CodeWrong(Unprocessable):
    slug, title = "code-wrong", "动态口令不正确"

    def __init__(self) -> None:
        super().__init__("动态口令不正确、已使用过或已过期。请核对手机时间，等下一个口令再试")


class FactorKnown(Conflict):
    slug, title = "factor-known", "已绑定动态口令"

    def __init__(self) -> None:
        super().__init__("您已绑定动态口令；换手机请先解除绑定")


class FactorNotBegun(Conflict):
    slug, title = "factor-not-begun", "尚未开始绑定"

    def __init__(self) -> None:
        super().__init__("请先打开绑定页面扫描二维码")


async def begin(session: AsyncSession, user_id: UUID, *, now: datetime) -> str:
    """The secret to be scanned; until it is confirmed each look shows the same."""
    factor = await factor_of(session, user_id)
    if factor is not None and factor.confirmed_at is not None:
        raise FactorKnown
    if factor is not None:
        return _opened(session, factor)
    secret = pyotp.random_base32()
    sealed: str = session.info["vault"].seal(*SEALED_AS, user_id, secret)
    session.add(SecondFactor(user_id=user_id, secret_enc=sealed, created_at=now))
    await session.flush()
    return secret


def address_of(secret: str, login: str, bank: str) -> str:
    """otpauth://, what the picture says."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"听诉 {bank}")


async def confirm(session: AsyncSession, user: User, typed: str, *, now: datetime) -> list[str]:
    """With a code of the new secret it counts. Returns the codes on paper, which nobody can read again."""
    factor = await factor_of(session, user.id)
    if factor is None:
        raise FactorNotBegun
    if factor.confirmed_at is not None:
        raise FactorKnown
    if not await _takes_code(session, factor, typed, now):
        raise CodeWrong
    factor.confirmed_at = now
    await _noted(session, "factor.enrolled", user, f"staff:{user.login}", now)
    return await _written(session, user.id)


async def renew_codes(session: AsyncSession, user: User, *, now: datetime) -> list[str]:
    await _noted(session, "factor.codes_renewed", user, f"staff:{user.login}", now)
    return await _written(session, user.id)


async def takes(session: AsyncSession, user: User, typed: str, *, now: datetime) -> bool:
    """Whether this opens, once: a code of the moment, or one on paper."""
    factor = await factor_of(session, user.id)
    if factor is None or factor.confirmed_at is None:
        return False
    if await _takes_code(session, factor, typed, now):
        return True
    hashed = _hashed(plain_recovery(typed))
    unused = (RecoveryCode.user_id == user.id, RecoveryCode.code_hash == hashed, RecoveryCode.used_at.is_(None))
    if not await _changed(session, update(RecoveryCode).where(*unused).values(used_at=now)):
        return False
    await _noted(session, "factor.recovered", user, f"staff:{user.login}", now)
    return True


async def remove(session: AsyncSession, user: User, *, by: str, now: datetime) -> None:
    factor = await factor_of(session, user.id)
    if factor is None or factor.confirmed_at is None:
        raise FactorNotBegun
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    await session.delete(factor)
    await session.flush()
    await _noted(session, "factor.removed", user, by, now)


async def _takes_code(session: AsyncSession, factor: SecondFactor, typed: str, now: datetime) -> bool:
    """A step is taken by whoever is first; the one statement decides between two at once."""
    code = typed.strip().replace(" ", "")
    if not is_a_code(code):
        return False
    totp = pyotp.TOTP(_opened(session, factor))
    for step in steps_at(now):
        if hmac.compare_digest(totp.generate_otp(step), code):
            fresh = (SecondFactor.user_id == factor.user_id, SecondFactor.last_step < step)
            return await _changed(session, update(SecondFactor).where(*fresh).values(last_step=step))
    return False


async def _changed(session: AsyncSession, statement: Any) -> bool:
    done: CursorResult[Any] = await session.execute(statement)  # type: ignore[assignment]
    return done.rowcount == 1


def _opened(session: AsyncSession, factor: SecondFactor) -> str:
    opened: str = session.info["vault"].open(*SEALED_AS, factor.user_id, factor.secret_enc)
    return opened


async def _written(session: AsyncSession, user_id: UUID) -> list[str]:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hashed(code)) for code in codes)
    await session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()


async def _noted(session: AsyncSession, event: str, user: User, by: str, now: datetime) -> None:
    await audit.record(session, chain="access", event=event, actor=by, object=f"user:{user.id}", now=now)
