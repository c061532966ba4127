"""A copy of a SQLite database that is being written to: one read transaction over all pages, by SQLite's own hand."""

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from casebackend.backups.errors import BackupRefused

FILE = "tingsu.db"
BESIDE = ("", "-wal", "-shm")


def place(url: str) -> Path:
    return Path(make_url(url).database or "")


def copied(url: str, folder: Path) -> None:
    source = place(url)
    if not source.is_file():
        raise BackupRefused(f"没有数据库文件 {source}")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(folder / FILE)) as copy,
    ):
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    require_sound(folder / FILE)


def require_sound(file: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise BackupRefused("数据库副本没有通过完整性检查")


def is_empty(url: str) -> bool:
    return not place(url).exists() or place(url).stat().st_size == 0


def worker_leads(url: str, now: datetime) -> bool:
    """A worker keeps the file open as long as it leads."""
    if is_empty(url):
        return False
    with closing(sqlite3.connect(f"file:{place(url)}?mode=ro", uri=True)) as live, suppress(sqlite3.DatabaseError):
        until = f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        return bool(live.execute("SELECT count(*) FROM leader_leases WHERE until > ?", (until,)).fetchone()[0])
    return False


def restored(url: str, folder: Path, *, now: datetime) -> None:
    """What stood there before is kept beside it."""
    target = place(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    for ending in BESIDE:
        old = target.with_name(target.name + ending)
        if old.exists():
            old.rename(target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}{ending}"))
    with closing(sqlite3.connect(folder / FILE)) as copy, closing(sqlite3.connect(target)) as live:
        copy.backup(live, pages=-1)
