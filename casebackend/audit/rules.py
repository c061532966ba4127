"""The hash chain. Standard library only."""

import hashlib
import hmac
import json
from collections.abc import Mapping

GENESIS = "0" * 64


def canonical(entry: Mapping[str, object]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def link(key: bytes, previous: str, entry: Mapping[str, object]) -> str:
    """HMAC-SHA256 over the previous hash and the canonical entry, hex."""
    return hmac.new(key, previous.encode() + canonical(entry), hashlib.sha256).hexdigest()
