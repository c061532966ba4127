"""Encryption of personal data at rest. A ciphertext opens only in the row and column it was written for."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "v1"
INDEX_BYTES = 16
TAG_BYTES = 16
SM4 = "sm4:"
MARK = "~"


class Sealed(Exception):
    """The value was moved, changed, or written under a key that we do not hold."""


@dataclass(frozen=True, slots=True)
class Key:
    kid: str
    encrypt: Callable[[bytes, bytes, bytes], bytes]
    decrypt: Callable[[bytes, bytes, bytes], bytes]


class Vault:
    """`data_key`: base64 of 32 bytes, AES-256-GCM; with `sm4:` before it SM4-GCM. Several, separated by commas, when
    keys rotate: the first one writes, the others still open.

    `index_key`: the same for the blind index. Without one the index hangs on the oldest data key, so that key cannot
    be given up; with one, `keys rotate` writes all indexes anew and each says under which key it was made.
    """

    def __init__(self, data_key: str, index_key: str | None = None) -> None:
        parts = data_key.split(",")
        secrets = [_secret(part.removeprefix(SM4)) for part in parts]
        keys = [_key(secret, part.startswith(SM4)) for part, secret in zip(parts, secrets, strict=True)]
        self._keys = {key.kid: key for key in keys}
        self.kids = tuple(key.kid for key in keys)
        self.primary = keys[0].kid
        self.prefix = f"{VERSION}|{self.primary}|"
        # The first version had no key of its own for this; what it wrote hangs on the oldest data key.
        self._legacy = _derived(secrets[-1], b"index")
        own = [_secret(part) for part in index_key.split(",")] if index_key else []
        self._index_keys = {_mark(secret): _derived(secret, b"index") for secret in own}
        self.index_prefix = next(iter(self._index_keys), "")

    def seal(self, table: str, column: str, row: UUID, plain: str) -> str:
        nonce = os.urandom(12)
        sealed = self._keys[self.primary].encrypt(nonce, plain.encode(), _place(table, column, row))
        return "|".join((VERSION, self.primary, _text(nonce), _text(sealed)))

    def open(self, table: str, column: str, row: UUID, sealed: str) -> str:
        try:
            version, kid, nonce, text = sealed.split("|")
            if version != VERSION:
                raise Sealed("unknown version")
            opened = self._keys[kid].decrypt(_bytes(nonce), _bytes(text), _place(table, column, row))
        except (InvalidTag, KeyError, ValueError) as error:
            raise Sealed(f"{table}.{column} cannot be opened") from error
        return opened.decode()

    def index(self, kind: str, normalised: str) -> str:
        """Equal values give equal indexes; nothing else can be read from one. For writing; see `indexes`."""
        return self.indexes(kind, normalised)[0]

    def indexes(self, kind: str, normalised: str) -> list[str]:
        """Every form under which this value may stand while index keys rotate; the first one is written."""
        words = f"{kind}|{normalised}".encode()
        own = [mark + _digest(key, words)[len(mark) :] for mark, key in self._index_keys.items()]
        return [*own, _digest(self._legacy, words)]


def _digest(key: bytes, words: bytes) -> str:
    return hmac.new(key, words, hashlib.sha256).digest()[:INDEX_BYTES].hex()


def _secret(part: str) -> bytes:
    secret = base64.b64decode(part, validate=True)
    if len(secret) != 32:
        raise ValueError("data_key must be base64 of 32 bytes")
    return secret


def _key(secret: bytes, is_sm4: bool) -> Key:
    if is_sm4:
        sm4 = _Sm4Gcm(_derived(secret, b"field.sm4")[:16])
        return Key(hashlib.sha256(b"kid.sm4" + secret).hexdigest()[:8], sm4.encrypt, sm4.decrypt)
    aes = AESGCM(_derived(secret, b"field"))
    return Key(hashlib.sha256(b"kid" + secret).hexdigest()[:8], aes.encrypt, aes.decrypt)


class _Sm4Gcm:
    """As AESGCM, which the library does not offer for SM4."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, bound_to: bytes) -> bytes:
        sealing = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(bound_to)
        return sealing.update(plain) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        opening = Cipher(self._algorithm, modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(bound_to)
        return opening.update(sealed[:-TAG_BYTES]) + opening.finalize()


def _mark(secret: bytes) -> str:
    """Three letters that no hex digest begins with, so old and new indexes fit the same column and are told apart."""
    return MARK + base64.urlsafe_b64encode(hashlib.sha256(b"index.kid" + secret).digest()).decode()[:3]


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"tingsu." + purpose, hashlib.sha256).digest()


def _place(table: str, column: str, row: UUID) -> bytes:
    return f"{table}|{column}|{row}".encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode())
