"""Both sides of the talk with core banking prove that they hold the same secret: each signs what it sends."""

import hashlib
import hmac

TIME, NONCE, SIGNATURE = "X-TingSu-Time", "X-TingSu-Nonce", "X-TingSu-Signature"
# So far may the two clocks be apart.
SECONDS = 60


def asked(secret: str, moment: str, nonce: str, body: bytes) -> str:
    return _signed(secret, b"ask", moment.encode(), nonce.encode(), body)


def answered(secret: str, nonce: str, body: bytes) -> str:
    """Bound to the nonce of the question: an answer heard before fits no other question."""
    return _signed(secret, b"answer", nonce.encode(), body)


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _signed(secret: str, *parts: bytes) -> str:
    return hmac.new(secret.encode(), b"\n".join(parts), hashlib.sha256).hexdigest()
