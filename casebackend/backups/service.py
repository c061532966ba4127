"""Backup beside the living system, and the way back. Keys are not in it: who has a backup alone can read no name."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, table, text
from sqlalchemy.exc import DBAPIError

from casebackend.attachments.store import INCOMING
from casebackend.audit.anchors import UNFINISHED
from casebackend.backups import keys, manifest, postgres, sqlite
from casebackend.backups.errors import BackupRefused
from casebackend.backups.manifest import Manifest
from casebackend.check import check
from casebackend.connection import open_database
from casebackend.database import Database
from casebackend.settings import Settings

FILES = ("attachments", "anchors")
COUNTED = ("cases", "messages", "timeline", "audit", "timers", "outbox")
LAST = "backup.last"


async def back_up(settings: Settings, into: Path, *, now: datetime) -> Path:
    """A new folder below `into`; it has its name only once it is whole. First the rows, then the files: a file is
    stored before its row, so that each row of the copy finds its file."""
    name = f"tingsu-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    folder, partial = into / name, into / f"{name}.partial"
    if folder.exists():
        raise BackupRefused(f"{folder} 已存在")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    database = open_database(settings, name="tingsu-backup")
    try:
        if database.is_sqlite:
            sqlite.copied(settings.database_url, partial)
        else:
            postgres.copied(settings.database_url, partial, settings.pg_bin)
        counted, revision = await _counted(database)
    finally:
        await database.dispose()
    for kind in FILES:
        _linked(settings.var_dir / kind, partial / kind)
    files = manifest.digests(partial)
    for path in files:
        manifest.synced(partial / path)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    Manifest(at=now, database=kind, revision=revision, rows=counted, files=files, **keys.of(settings)).write(partial)
    partial.rename(folder)
    manifest.synced(into)
    noted(settings, folder, now)
    return folder


def _linked(source: Path, target: Path) -> None:
    """Stored files never change: a second name for them is a copy, where the disk is the same one. What is still
    being written has no row yet, and would go on changing under its second name."""
    if not source.is_dir():
        return
    for path in sorted(source.rglob("*")):
        within = path.relative_to(source)
        if path.is_file() and INCOMING not in within.parts and within.suffix != UNFINISHED:
            copy = target / within
            copy.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                _second_name(path, copy)


def _second_name(path: Path, copy: Path) -> None:
    """Raises FileNotFoundError where it was erased meanwhile."""
    try:
        os.link(path, copy)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(path, copy)


def _brought_back(source: Path, target: Path) -> None:
    """On the disk where it was made, a backup holds the very files that still stand at their place. What stands there
    otherwise is replaced, never written to: it may have its second name in another backup."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_file() and not (place.exists() and place.samefile(path)):
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = place.with_name(f"{place.name}.restoring")
            shutil.copy2(path, copy)
            copy.replace(place)


def aside(settings: Settings, now: datetime) -> Path:
    return settings.var_dir / f"anchors.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _set_aside(settings: Settings, held: Manifest, now: datetime) -> None:
    """Anchors of what the backup does not hold: they stay as proof of it, but the audit goes on without them."""
    own = settings.var_dir / "anchors"
    newer = [each for each in own.glob("audit-*.jsonl") if f"anchors/{each.name}" not in held.files]
    for path in newer if settings.anchors == own else ():
        aside(settings, now).mkdir(exist_ok=True)
        path.rename(aside(settings, now) / path.name)


async def _counted(database: Database) -> tuple[dict[str, int], str]:
    """About how much there is, for a person to read; what is exact are the digests."""
    async with database.reading() as session:
        rows = {}
        for name in COUNTED:
            rows[name] = await session.scalar(select(func.count()).select_from(table(name))) or 0
    async with database.reading() as session:
        try:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError:
            revision = None
    return rows, str(revision or "")


def noted(settings: Settings, folder: Path, now: datetime) -> None:
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    partial = settings.var_dir / f"{LAST}.partial"
    partial.write_text(f"{now.astimezone(UTC).isoformat()} {folder}\n")
    partial.rename(settings.var_dir / LAST)


def last(var_dir: Path) -> datetime | None:
    """When the last backup of this installation was finished."""
    try:
        return datetime.fromisoformat((var_dir / LAST).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


async def restore(settings: Settings, folder: Path, *, replace: bool, now: datetime) -> list[str]:
    """Brings back a backup and says what the check of the business finds in it."""
    held = Manifest.read(folder)
    held.require_whole(folder)
    keys.require(settings, held)
    on_sqlite = settings.database_url.startswith("sqlite")
    if held.database != ("sqlite" if on_sqlite else "postgresql"):
        raise BackupRefused(f"该备份来自 {held.database}，与当前数据库种类不同")
    with _alone(settings, on_sqlite, now):
        empty = sqlite.is_empty(settings.database_url) if on_sqlite else postgres.is_empty(settings.database_url)
        if not empty and not replace:
            raise BackupRefused("数据库不是空的；确认要覆盖时请加 --replace")
        if on_sqlite:
            sqlite.restored(settings.database_url, folder, now=now)
        else:
            postgres.restored(settings.database_url, folder, settings.pg_bin)
        _set_aside(settings, held, now)
        for kind in FILES:
            _brought_back(folder / kind, settings.var_dir / kind)
    database = open_database(settings)
    try:
        async with database.reading() as session:
            return await check(session, now=now)
    finally:
        await database.dispose()


@contextmanager
def _alone(settings: Settings, on_sqlite: bool, now: datetime) -> Iterator[None]:
    """No program may be at work on what is replaced under it."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    running = BackupRefused("还有程序在使用该数据库：请先停止全部程序再恢复")
    url = settings.database_url
    if sqlite.worker_leads(url, now) if on_sqlite else postgres.is_in_use(url):
        raise running
    with (settings.var_dir / "casebackend.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise running from None
        yield
