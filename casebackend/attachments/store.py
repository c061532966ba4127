"""Files on the disk: written aside, synced, then moved to the name that their own content gives them.

The name is the SHA-256 of what lies on the disk, so that anybody can check it without a key (`sha256sum`).
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from casebackend.attachments.sealing import MAGIC, Sealing

ORPHAN_AGE = timedelta(hours=24)
# The folder of what is still being written.
INCOMING = "incoming"


class Incoming:
    """One file being written. Nothing of it can be seen under a final name before `placed`."""

    def __init__(self, folder: Path, identity: UUID, key: bytes) -> None:
        self.identity, self.key = identity, key
        self.path = folder / uuid4().hex
        self.size = 0
        self.head = b""
        self._plain, self._disk = hashlib.sha256(), hashlib.sha256()
        self._sealing = Sealing(key, identity)
        self._file = open(self.path, "xb", opener=_private)  # noqa: SIM115  closed by `synced` or `dropped`
        self._write(MAGIC)

    def _write(self, sealed: bytes) -> None:
        self._disk.update(sealed)
        self._file.write(sealed)

    def write(self, plain: bytes) -> None:
        self.size += len(plain)
        if len(self.head) < 8_192:
            self.head = (self.head + plain)[:8_192]
        self._plain.update(plain)
        for sealed in self._sealing.feed(plain):
            self._write(sealed)

    def ended(self) -> None:
        """Whole, but perhaps still in the memory of the machine only."""
        self._write(self._sealing.end())
        self._file.flush()

    def synced(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._plain.hexdigest()

    @property
    def stored_as(self) -> str:
        return self._disk.hexdigest()

    def dropped(self) -> None:
        """Whatever became of it; a second time does nothing. On a full disk the last bytes cannot even be closed."""
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Store:
    def __init__(self, folder: Path) -> None:
        self.incoming, self.files = folder / INCOMING, folder / "files"

    def begin(self, identity: UUID, key: bytes) -> Incoming:
        _folder(self.incoming)
        return Incoming(self.incoming, identity, key)

    def path(self, stored_as: str) -> Path:
        return self.files / stored_as[:2] / stored_as

    def place(self, incoming: Incoming) -> None:
        """After this, and after the folder is synced, the name stands even when the power goes."""
        final = self.path(incoming.stored_as)
        _folder(final.parent)
        incoming.path.rename(final)

    def sync_folder(self, stored_as: str) -> None:
        _sync(self.path(stored_as).parent)

    def free_bytes(self) -> int:
        _folder(self.incoming)
        return shutil.disk_usage(self.incoming).free

    def names(self) -> Iterator[str]:
        yield from (path.name for path in sorted(self.files.glob("??/*")))

    def abandoned(self, now: datetime) -> Iterator[Path]:
        """Half-written files that nobody can be writing any more."""
        yield from (path for path in sorted(self.incoming.glob("*")) if self.is_old(path, now))

    def is_old(self, path: Path, now: datetime) -> bool:
        try:
            return now.timestamp() - path.stat().st_mtime > ORPHAN_AGE.total_seconds()
        except FileNotFoundError:
            return False


def _folder(folder: Path) -> None:
    """Made with its name synced: a file in a folder that the power took away would be gone too."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in missing:
        _sync(each.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
