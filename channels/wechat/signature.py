"""Whether a callback comes from the platform (明文模式). 安全模式 would add its msg_signature over Encrypt here."""

import hashlib
import hmac

OLDEST_SECONDS = 300


class Forged(Exception):
    """Not signed by the platform, or too old."""


def sign(token: str, timestamp: str, nonce: str) -> str:
    return hashlib.sha1("".join(sorted((token, timestamp, nonce))).encode(), usedforsecurity=False).hexdigest()


def verify(token: str, *, signature: str, timestamp: str, nonce: str, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and signature.isascii()):
        raise Forged("malformed")
    if not hmac.compare_digest(sign(token, timestamp, nonce), signature):
        raise Forged("signature")
    if abs(now - int(timestamp)) > OLDEST_SECONDS:
        raise Forged("timestamp")
