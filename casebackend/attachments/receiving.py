"""A request's files, streamed to the disk: every limit is looked at before more is taken in."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from python_multipart.multipart import parse_options_header

from casebackend.access.bodies import paced
from casebackend.attachments.allowlist import extensions
from casebackend.attachments.errors import DiskFull, TooLarge, UploadMalformed
from casebackend.attachments.inspection import identified
from casebackend.attachments.multipart import Part, Parts
from casebackend.attachments.sealing import Opened, new_key
from casebackend.attachments.store import Incoming, Store
from casebackend.failpoints import failpoint

MB = 1024 * 1024
PIECE = 256 * 1024
LONGEST_FIELD, MOST_FIELDS = 4_096, 12
LONGEST_RAW_NAME = 1_000
# The disk, the quota of the user, the limit of the process: what is free by the numbers can still be refused.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts, of the settings."""

    file_bytes: int
    request_bytes: int
    request_files: int
    case_bytes: int
    case_files: int
    reserve_bytes: int


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies whole and synced in the store, and has no row yet."""

    identity: UUID
    key: bytes
    name: str
    content_type: str
    extension: str
    size: int
    sha256: str
    stored_as: str


@dataclass(slots=True)
class Upload:
    fields: dict[str, str] = field(default_factory=dict)
    files: list[Received] = field(default_factory=list)


def require_room(store: Store, limits: Limits, announced: int | None) -> None:
    """Before the first byte is read. `announced`: what Content-Length says; it may lie, so counting goes on."""
    if announced is not None and announced > limits.request_bytes:
        raise TooLarge(f"一次上传不能超过{limits.request_bytes // MB}MB")
    if store.free_bytes() - (announced or 0) < limits.reserve_bytes:
        raise DiskFull


class Receiver:
    """Takes the bytes of one request. Whatever ends it early leaves nothing but what the orphan chore collects."""

    def __init__(
        self, store: Store, limits: Limits, *, within: Collection[str] | None = None, trusted: str | None = None
    ) -> None:
        """`within`: the only types wanted here. `trusted`: a type that was proven before, by other rules."""
        self._store, self._limits, self._within, self._trusted = store, limits, within, trusted
        self._taken = 0
        self._open: list[tuple[Incoming, str]] = []

    async def multipart(self, stream: AsyncIterator[bytes], content_type: str) -> Upload:
        """`multipart/form-data`: fields and files in any order."""
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise UploadMalformed
        parts = Parts(options[b"boundary"])
        upload = Upload()
        with self._cleaned():
            async for piece in self._pieces(stream):
                for event in parts.fed(piece):
                    await self._take(event, upload)
            parts.ended()
            await self._finish(upload)
        return upload

    async def raw(self, stream: AsyncIterator[bytes], name: str) -> Received:
        """The whole body is one file."""
        upload = Upload()
        with self._cleaned():
            file = self._begin(name)
            async for piece in self._pieces(stream):
                await asyncio.to_thread(self._write, file, piece)
            await self._finish(upload)
        if not upload.files:
            raise UploadMalformed
        return upload.files[0]

    async def whole(self, content: bytes, name: str) -> Received:
        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self.raw(once(), name)

    @contextlib.contextmanager
    def _cleaned(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in NO_ROOM:
                raise DiskFull from error
            raise
        finally:
            for incoming, _ in self._open:
                incoming.dropped()

    async def _pieces(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        held = bytearray()
        async for chunk in paced(stream):
            self._taken += len(chunk)
            if self._taken > self._limits.request_bytes:
                raise TooLarge(f"一次上传不能超过{self._limits.request_bytes // MB}MB")
            held += chunk
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)

    async def _take(self, event: "tuple[Part, bytes | None]", upload: Upload) -> None:
        part, data = event
        if part.filename is not None:
            if part.file is None:
                part.file = self._begin(part.filename)
            if data:
                await asyncio.to_thread(self._write, part.file, data)
        elif data is not None:
            part.text += data
            if len(part.text) > LONGEST_FIELD or len(upload.fields) >= MOST_FIELDS:
                raise UploadMalformed
        else:
            upload.fields[part.name] = _text(bytes(part.text))

    def _begin(self, name: str) -> Incoming:
        if len(self._open) >= self._limits.request_files:
            raise TooLarge(f"一次最多上传{self._limits.request_files}个文件")
        file = self._store.begin(uuid4(), new_key())
        self._open.append((file, name[:LONGEST_RAW_NAME]))
        return file

    def _write(self, file: Incoming, data: bytes) -> None:
        if file.size + len(data) > self._limits.file_bytes:
            raise TooLarge(f"单个文件不能超过{self._limits.file_bytes // MB}MB")
        if self._store.free_bytes() < self._limits.reserve_bytes:
            raise DiskFull
        file.write(data)

    async def _finish(self, upload: Upload) -> None:
        """All are proven before the first is placed: a request is taken whole or not at all."""
        await failpoint("attachment.received")
        found = []
        for file, name in self._open:
            if file.size:
                found.append((file, name, *await asyncio.to_thread(self._proven, file)))
        await failpoint("attachment.before_sync")
        for file, *_ in found:
            await asyncio.to_thread(file.synced)
        await failpoint("attachment.before_rename")
        for file, name, content_type, extension in found:
            received = Received(
                file.identity, file.key, name, content_type, extension, file.size, file.sha256, file.stored_as
            )
            await asyncio.to_thread(self._store.place, file)
            await failpoint("attachment.after_rename")
            await asyncio.to_thread(self._store.sync_folder, received.stored_as)
            upload.files.append(received)

    def _proven(self, file: Incoming) -> tuple[str, str]:
        file.ended()
        if self._trusted is not None:
            return self._trusted, extensions().get(self._trusted, "bin")
        with Opened(file.path, file.key, file.identity).buffered() as plain:
            found = identified(plain, within=self._within)
        return found.type, found.extension


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UploadMalformed from None
