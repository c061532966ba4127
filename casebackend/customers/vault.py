"""Encryption of personal data at rest. A ciphertext opens only in the row and column it was written for."""

import base64
import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "v1"
INDEX_BYTES = 16


class Sealed(Exception):
    """The value was moved, changed, or written under a key that we do not hold."""


class Vault:
    """`data_key`: base64 of 32 bytes; several, separated by commas, when keys rotate: the first one writes."""

    def __init__(self, data_key: str) -> None:
        secrets = [base64.b64decode(part, validate=True) for part in data_key.split(",")]
        if any(len(secret) != 32 for secret in secrets):
            raise ValueError("data_key must be base64 of 32 bytes")
        self._keys = {hashlib.sha256(b"kid" + secret).hexdigest()[:8]: _derived(secret, b"field") for secret in secrets}
        self.primary = next(iter(self._keys))
        # The index must stay comparable when keys rotate, so it hangs on the oldest key.
        self._index_key = _derived(secrets[-1], b"index")

    def seal(self, table: str, column: str, row: UUID, plain: str) -> str:
        nonce = os.urandom(12)
        sealed = AESGCM(self._keys[self.primary]).encrypt(nonce, plain.encode(), _place(table, column, row))
        return "|".join((VERSION, self.primary, _text(nonce), _text(sealed)))

    def open(self, table: str, column: str, row: UUID, sealed: str) -> str:
        try:
            version, kid, nonce, text = sealed.split("|")
            if version != VERSION:
                raise Sealed("unknown version")
            opened = AESGCM(self._keys[kid]).decrypt(_bytes(nonce), _bytes(text), _place(table, column, row))
        except (InvalidTag, KeyError, ValueError) as error:
            raise Sealed(f"{table}.{column} cannot be opened") from error
        return opened.decode()

    def index(self, kind: str, normalised: str) -> str:
        """Equal values give equal indexes; nothing else can be read from one."""
        digest = hmac.new(self._index_key, f"{kind}|{normalised}".encode(), hashlib.sha256)
        return digest.digest()[:INDEX_BYTES].hex()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"tingsu." + purpose, hashlib.sha256).digest()


def _place(table: str, column: str, row: UUID) -> bytes:
    return f"{table}|{column}|{row}".encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode())
