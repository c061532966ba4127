"""The customer's session: an opaque id that we issue and sign; nothing a page sends can choose it."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

COOKIE = "tingsu_session"
LIFETIME = 7 * 24 * 3600
RENEW_AFTER = 24 * 3600


@dataclass(frozen=True)
class Session:
    id: str
    issued_at: int


class Sessions:
    def __init__(self, key: str, *, purpose: str = "webchat session", lifetime: int = LIFETIME) -> None:
        """A cookie of one purpose is none of another."""
        self._key = key.encode()
        self._label = purpose.encode() + b"\0"
        self._lifetime = lifetime

    def issue(self, now: float, *, of: str | None = None) -> str:
        """The cookie of a new session, or a fresh one for the session `of` that goes on."""
        payload = f"{of or secrets.token_urlsafe(24)}.{int(now)}"
        return f"{payload}.{self._mac(payload)}"

    def read(self, cookie: str | None, now: float) -> Session | None:
        payload, _, mac = (cookie or "").rpartition(".")
        if not payload or not mac.isascii() or not hmac.compare_digest(mac, self._mac(payload)):
            return None
        session_id, _, issued = payload.partition(".")
        session = Session(session_id, int(issued))
        return session if -60 <= now - session.issued_at <= self._lifetime else None

    def _mac(self, payload: str) -> str:
        return hmac.new(self._key, self._label + payload.encode(), hashlib.sha256).hexdigest()
