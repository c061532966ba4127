"""Marks by which a printed form is known again. Keyed, so that nobody tries out what stood in it."""

import hashlib
import hmac
import re
from collections.abc import Callable

MARK = re.compile(rb"\n%TINGSU ([0-9A-F]{16}) ([1-9]\d{0,3}) ([0-9a-f]{64})\n")
SHOWN = 32

type Sealer = Callable[[bytes], str]


def sealer(key: bytes) -> Sealer:
    """HMAC-SHA256, hex; for this purpose alone."""
    own = hmac.new(key, b"printed forms", hashlib.sha256).digest()
    return lambda content: hmac.new(own, content, hashlib.sha256).hexdigest()


def mark(serial: str, page: int, seal: str) -> bytes:
    """Ends what a page says; behind it stands only the seal in figures."""
    return f"\n%TINGSU {serial} {page} {seal}\n".encode()


def page_content(serial: str, page: int, body: bytes) -> bytes:
    return f"{serial}/{page}\n".encode() + body


def in_groups(seal: str) -> str:
    """As much of it as one compares by eye."""
    return " ".join(seal[at : at + 4] for at in range(0, SHOWN, 4))
