"""One builder at a time for each folder of files, among all processes."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

LOCK = "build.lock"
LOOKS, LOOK_SECONDS = 3, 0.01


class IndexBusy(Exception):
    """Another process is building."""


class Builder(NamedTuple):
    pid: int
    since: datetime


def builder(root: Path) -> Builder | None:
    """Who is building, and since when."""
    try:
        with (root / LOCK).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                said = lock.read().strip()
                return Builder(int(said or 0), datetime.fromtimestamp(os.fstat(lock.fileno()).st_mtime, UTC))
    except (OSError, ValueError):
        pass
    return None


@contextmanager
def sole_writer(root: Path) -> Iterator[None]:
    """The lock ends with its holder, however that ends; in the file stands who it is, its age says since when."""
    handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, root)
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


def _take(handle: int, root: Path) -> None:
    """Who only looks whether somebody builds holds it for a moment."""
    for left in range(LOOKS, 0, -1):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if left == 1:
                raise IndexBusy(f"{root}: 另一个进程正在生成索引") from error
            time.sleep(LOOK_SECONDS)
        else:
            return
