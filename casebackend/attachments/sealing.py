"""A file encrypted in chunks, each bound to its attachment and its place, so that any part can be read alone.

Layout: MAGIC, then chunks of CHUNK bytes of plain text, each with a tag of 16 bytes; the last one is marked as such in
its associated data, so that a file cut short does not open. The key is of this file alone and lies sealed in its row.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"TSA1"
CHUNK, TAG = 65_536, 16
KEY_BYTES = 32


class Sealer(Protocol):
    """What the vault of customers does for a column."""

    def seal(self, table: str, column: str, row: UUID, plain: str) -> str: ...
    def open(self, table: str, column: str, row: UUID, sealed: str) -> str: ...


class Broken(Exception):
    """The file was changed, cut short, moved, or belongs to another attachment."""


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def _place(identity: UUID, index: int, *, last: bool) -> bytes:
    return f"attachments|{identity}|{index}|{'last' if last else 'more'}".encode()


def _nonce(index: int) -> bytes:
    """A counter is safe because no key seals two files."""
    return index.to_bytes(12, "big")


class Sealing:
    """Plain bytes in, sealed chunks out. One chunk is held back until it is known whether it is the last."""

    def __init__(self, key: bytes, identity: UUID) -> None:
        self._cipher, self._identity = AESGCM(key), identity
        self._held = bytearray()
        self._index = 0

    def feed(self, plain: bytes) -> Iterator[bytes]:
        self._held += plain
        while len(self._held) > CHUNK:
            chunk = bytes(self._held[:CHUNK])
            del self._held[:CHUNK]
            yield self._sealed(chunk, last=False)

    def end(self) -> bytes:
        return self._sealed(bytes(self._held), last=True)

    def _sealed(self, chunk: bytes, *, last: bool) -> bytes:
        place = _place(self._identity, self._index, last=last)
        sealed = self._cipher.encrypt(_nonce(self._index), chunk, place)
        self._index += 1
        return sealed


class Opened(io.RawIOBase):
    """Reads the plain bytes from any place; at most one chunk is in memory."""

    def __init__(self, path: Path, key: bytes, identity: UUID) -> None:
        super().__init__()
        self._file: BinaryIO = path.open("rb")
        self._cipher, self._identity = AESGCM(key), identity
        length = path.stat().st_size - len(MAGIC)
        if self._file.read(len(MAGIC)) != MAGIC or length < TAG:
            self._file.close()
            raise Broken("not a sealed file")
        self._chunks = -(-length // (CHUNK + TAG))
        self.size = length - self._chunks * TAG
        self._at = 0
        self._kept: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("negative seek")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        part = self.part(self._at, len(view))
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def part(self, start: int, most: int) -> bytes:
        """At most to the end of the chunk that holds `start`."""
        if start >= self.size or most <= 0:
            return b""
        index, inside = divmod(start, CHUNK)
        return self._chunk(index)[inside : inside + most]

    def _chunk(self, index: int) -> bytes:
        if self._kept[0] != index:
            self._file.seek(len(MAGIC) + index * (CHUNK + TAG))
            place = _place(self._identity, index, last=index == self._chunks - 1)
            try:
                plain = self._cipher.decrypt(_nonce(index), self._file.read(CHUNK + TAG), place)
            except InvalidTag as error:
                raise Broken("a chunk does not open") from error
            self._kept = (index, plain)
        return self._kept[1]

    def buffered(self) -> io.BufferedReader:
        """For libraries that want a file; closing it closes this."""
        return io.BufferedReader(self)

    def close(self) -> None:
        self._file.close()
        super().close()
