"""Whether a callback comes from the platform (明文模式). 安全模式 would add its msg_signature over Encrypt here."""

import hashlib
import hmac
from collections import OrderedDict

OLDEST_SECONDS = 300
REMEMBERED = 20_000


class Forged(Exception):
    """Not signed by the platform, too old, or a signature seen with another body."""


def sign(token: str, timestamp: str, nonce: str) -> str:
    return hashlib.sha1("".join(sorted((token, timestamp, nonce))).encode(), usedforsecurity=False).hexdigest()


def verify(token: str, *, signature: str, timestamp: str, nonce: str, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and signature.isascii()):
        raise Forged("malformed")
    if not hmac.compare_digest(sign(token, timestamp, nonce), signature):
        raise Forged("signature")
    if abs(now - int(timestamp)) > OLDEST_SECONDS:
        raise Forged("timestamp")


class SeenSignatures:
    """The signature of the plain mode does not cover the body: one seen before must come with the same body."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()

    def check(self, signature: str, body: bytes) -> None:
        digest = hashlib.sha256(body).digest()
        if self._bodies.setdefault(signature, digest) != digest:
            raise Forged("body")
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
