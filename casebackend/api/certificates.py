from datetime import datetime

from pydantic import Field

from casebackend.api.base import Command, View


class BindCertificate(Command):
    """One certificate as PEM, without its key."""

    certificate: str = Field(min_length=1, max_length=20_000)


class UnbindCertificate(Command):
    """`fingerprint`: the SHA-256 of the certificate in hexadecimal digits."""

    fingerprint: str = Field(min_length=64, max_length=64, pattern="^[0-9a-fA-F]{64}$")


class CertificateView(View):
    fingerprint: str
    subject: str
    expires_at: datetime
    bound_at: datetime
    bound_by: str


class CertificatePage(View):
    """`next` is the cursor of the following page."""

    items: list[CertificateView]
    next: str | None
