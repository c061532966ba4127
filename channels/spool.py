"""Where messages wait while the case backend cannot be reached: one append-only, fsynced, encrypted file.

A record is `length (4) | nonce (12) | AES-GCM(message)`. A torn last record was never acknowledged and is cut off; any
other record that cannot be read is kept in a copy beside the file. Draining twice is harmless: the inbox is idempotent.
"""

import asyncio
import fcntl
import os
import struct
from collections import Counter, deque
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from channels.envelope import Inbound

LENGTH = struct.Struct(">I")
NONCE = 12
LONGEST = 1_048_576
log = structlog.get_logger()


class SpoolBusy(Exception):
    """Another process holds the spool of this directory."""


def cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"tingsu channels spool").derive(key.encode()))


class Spool:
    def __init__(self, directory: Path, key: str) -> None:
        self._path = directory / "channels.spool"
        self._cipher = cipher(key)
        self._lock = asyncio.Lock()
        self._file = -1
        self._waiting: deque[Inbound] = deque()
        self._senders: Counter[tuple[str, str]] = Counter()

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise SpoolBusy(f"{self._path} is used by another process") from error
        self._recover()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        os.close(self._file)

    def __len__(self) -> int:
        return len(self._waiting)

    def holds(self, message: Inbound) -> bool:
        """Whether something of the same sender waits, so that this message must wait behind it."""
        return self._senders[message.channel, message.sender] > 0

    async def append(self, message: Inbound) -> None:
        async with self._lock:
            await asyncio.shield(asyncio.to_thread(self._write, self._record(message)))
            self._remember(message)

    def head(self) -> Inbound | None:
        return self._waiting[0] if self._waiting else None

    async def drop_head(self) -> None:
        async with self._lock:
            message = self._waiting.popleft()
            self._senders[message.channel, message.sender] -= 1
            if not self._waiting:
                self._senders.clear()
                await asyncio.shield(asyncio.to_thread(self._empty))

    async def set_aside(self) -> None:
        """The head is refused for good: it is kept for a person, in the same form, in a file of its own."""
        message = self._waiting[0]
        await asyncio.to_thread(self._keep_beside, self._record(message))
        await self.drop_head()

    def _record(self, message: Inbound) -> bytes:
        nonce = os.urandom(NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, message.model_dump_json().encode(), None)
        return LENGTH.pack(len(sealed)) + sealed

    def _write(self, record: bytes) -> None:
        before = os.fstat(self._file).st_size
        try:
            while record:
                record = record[os.write(self._file, record) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def _keep_beside(self, record: bytes) -> None:
        aside = os.open(self._path.with_suffix(".refused"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(aside, record)
            os.fsync(aside)
        finally:
            os.close(aside)

    def _empty(self) -> None:
        os.ftruncate(self._file, 0)
        os.fsync(self._file)

    def _remember(self, message: Inbound) -> None:
        self._waiting.append(message)
        self._senders[message.channel, message.sender] += 1

    def _recover(self) -> None:
        content = self._path.read_bytes()
        position, damaged = 0, 0
        while (end := self._end_of_record(content, position)) is not None:
            sealed = content[position + LENGTH.size : end]
            try:
                plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None)
            except InvalidTag:
                damaged += 1
            else:
                self._remember(Inbound.model_validate_json(plain))
            position = end
        if damaged:
            self._keep_copy(content)
            log.error("spool.damaged", count=damaged)
        if position < len(content):
            self._keep_copy(content)
            os.ftruncate(self._file, position)
            os.fsync(self._file)
            log.warning("spool.torn_tail", count=len(content) - position)

    def _keep_copy(self, content: bytes) -> None:
        copy = self._path.with_suffix(f".damaged-{len(list(self._path.parent.glob('*.damaged-*')))}")
        copy.write_bytes(content)
        copy.chmod(0o600)

    @staticmethod
    def _end_of_record(content: bytes, position: int) -> int | None:
        if position + LENGTH.size > len(content):
            return None
        (length,) = LENGTH.unpack_from(content, position)
        end = position + LENGTH.size + length
        return end if NONCE < length <= LONGEST and end <= len(content) else None
