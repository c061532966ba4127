"""TLS of our own listener, and which certificate the other side has shown."""

import hashlib
import ssl
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sanic import Request
from sanic.http.tls.context import create_context

from casebackend.settings import Settings

LONGEST = 20_000


def context_of(settings: Settings) -> ssl.SSLContext | None:
    """A colleague may show a certificate; a false or expired one ends the handshake, none does not."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    made = create_context(str(settings.tls_certificate), str(settings.tls_key))
    if settings.client_ca is not None:
        made.load_verify_locations(cafile=settings.client_ca)
        made.verify_mode = ssl.CERT_OPTIONAL
    return made


def presented(request: Request, *, trusted: bool) -> str | None:
    """The SHA-256 of the certificate that was verified: by our own listener, or by a proxy that is `trusted`, which
    hands it on as PEM in percent signs (nginx: $ssl_client_escaped_cert). From anybody else the header is nothing."""
    settings: Settings = request.app.ctx.settings
    if trusted and settings.client_certificate_header:
        return _of_pem(request.headers.get(settings.client_certificate_header, "")[:LONGEST])
    if settings.client_ca is None or request.transport is None:
        return None
    wire: Any = request.transport.get_extra_info("ssl_object")
    shown = wire.getpeercert(binary_form=True) if wire is not None else None
    return hashlib.sha256(shown).hexdigest() if shown else None


def _of_pem(escaped: str) -> str | None:
    try:
        found = x509.load_pem_x509_certificate(unquote(escaped).encode())
    except ValueError:
        return None
    return hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest()
