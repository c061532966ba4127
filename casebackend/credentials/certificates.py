"""Certificates as a second factor: which account is bound to which. Whoever ends TLS has verified what is shown; here
it only counts whose it is."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.credentials.model import ClientCertificate
from casebackend.errors import Conflict, NotFound, Unauthenticated, Unprocessable
from casebackend.staff import sessions
from casebackend.staff.model import User


class CertificateUnreadable(Unprocessable):
    slug, title = "certificate-unreadable", "证书无法识别"

    def __init__(self) -> None:
        super().__init__("请粘贴一张 PEM 格式的证书（BEGIN CERTIFICATE 开头），不要粘贴私钥")


class CertificateExpired(Unprocessable):
    slug, title = "certificate-expired", "证书不在有效期内"

    def __init__(self) -> None:
        super().__init__("该证书尚未生效或已过期，请使用有效的证书")


class CertificateBound(Conflict):
    slug, title = "certificate-bound", "证书已绑定"

    def __init__(self) -> None:
        super().__init__("该证书已绑定账号，一张证书只能绑定一个账号")


class CertificatesOff(Conflict):
    slug, title = "certificates-off", "未启用客户端证书"

    def __init__(self) -> None:
        super().__init__("本系统的连接尚未启用客户端证书，现在绑定会使该账号无法登录。请系统管理员先完成配置")


class CertificateNotShown(Conflict):
    slug, title = "certificate-not-shown", "当前连接没有出示该证书"

    def __init__(self) -> None:
        super().__init__("为自己绑定证书时，浏览器须正在使用这张证书，以免绑定后自己无法登录")


class CertificateNotBound(NotFound):
    slug = "certificate-not-bound"

    def __init__(self) -> None:
        super().__init__("该账号没有绑定这张证书")


class CertificateRequired(Unauthenticated):
    slug, title = "certificate-required", "须出示证书"

    def __init__(self) -> None:
        super().__init__("该账号须使用已绑定的客户端证书登录。请插入证书介质并在浏览器中选择该证书，然后重试")


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[ClientCertificate]:
    query = select(ClientCertificate).where(ClientCertificate.user_id == user_id)
    return (await session.scalars(query.order_by(ClientCertificate.bound_at, ClientCertificate.fingerprint))).all()


async def by_user(session: AsyncSession) -> dict[UUID, list[ClientCertificate]]:
    found: dict[UUID, list[ClientCertificate]] = {}
    for each in await session.scalars(select(ClientCertificate).order_by(ClientCertificate.bound_at)):
        found.setdefault(each.user_id, []).append(each)
    return found


async def bind(
    session: AsyncSession, user: User, pem: str, *, shown: str | None, by: str, himself: bool, now: datetime
) -> ClientCertificate:
    """From now on the account opens with it only, so whoever is logged in, or about to be, has to log in again.
    `shown`: by whoever binds."""
    certificate = _read(pem)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise CertificateExpired
    fingerprint = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    if himself and shown != fingerprint:
        raise CertificateNotShown
    if await session.get(ClientCertificate, fingerprint) is not None:
        raise CertificateBound
    bound = ClientCertificate(
        fingerprint=fingerprint,
        user_id=user.id,
        subject=certificate.subject.rfc4514_string()[:200],
        expires_at=certificate.not_valid_after_utc,
        bound_at=now,
        bound_by=by,
    )
    session.add(bound)
    await session.flush()
    await _changed(session, "certificate.bound", user, fingerprint, by=by, now=now)
    return bound


def _read(pem: str) -> x509.Certificate:
    if "PRIVATE KEY" in pem:
        raise CertificateUnreadable
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise CertificateUnreadable from None
    if len(found) != 1:
        raise CertificateUnreadable
    return found[0]


async def unbind(session: AsyncSession, user: User, fingerprint: str, *, by: str, now: datetime) -> None:
    bound = await session.get(ClientCertificate, fingerprint.replace("\0", "").lower())
    if bound is None or bound.user_id != user.id:
        raise CertificateNotBound
    await session.delete(bound)
    await session.flush()
    await _changed(session, "certificate.unbound", user, bound.fingerprint, by=by, now=now)


async def _changed(session: AsyncSession, event: str, user: User, fingerprint: str, *, by: str, now: datetime) -> None:
    await sessions.end_all_sessions(session, user.id, now=now)
    detail = {"fingerprint": fingerprint}
    what = f"user:{user.id}"
    await audit.record(session, chain="access", event=event, actor=by, object=what, now=now, detail=detail)


async def opens(session: AsyncSession, user_id: UUID, shown: str | None) -> tuple[bool, str | None]:
    """Whether what was shown is enough, and which certificate the session belongs to from now on."""
    bound = {each.fingerprint for each in await of_user(session, user_id)}
    if not bound:
        return True, None
    return shown in bound, shown
