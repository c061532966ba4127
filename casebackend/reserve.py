"""Reliability F22: room on the disk of var that is given up once the database says that its disk is full. Then writing
goes on for a while and an operator can log in and make room; the readiness is red until the reserve stands again.

A file of its full size is the reserve; a shorter one was given up; without the file nobody keeps one.
"""

import fcntl
import os
import shutil
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from casebackend.settings import Settings

log = structlog.get_logger()
MB = 1024 * 1024
# disk_full of PostgreSQL.
FULL = "53100"
# Made again when so many times its size is free: not out of what an operator has just won.
ROOM = 2


class State(StrEnum):
    NONE = "none"
    KEPT = "kept"
    FREED = "freed"


@dataclass(frozen=True, slots=True)
class Reserve:
    """`size` in bytes; 0: none is kept."""

    path: Path
    size: int

    def state(self) -> State:
        if not self.size or not self.path.exists():
            return State.NONE
        return State.KEPT if self.path.stat().st_size >= self.size else State.FREED

    def make(self) -> State:
        """Takes the room where there is enough of it, else leaves the mark of a reserve that is missing. May be called
        by several processes at once. To be called in a thread where somebody waits."""
        if not self.size:
            self.path.unlink(missing_ok=True)
            return State.NONE
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._fill(file.fileno())
        except OSError as error:
            log.warning("reserve.not_made", error=type(error).__name__)
        return self.state()

    def _fill(self, handle: int) -> None:
        held = os.fstat(handle).st_size
        if held > self.size:
            os.ftruncate(handle, self.size)
        elif held < self.size and shutil.disk_usage(self.path.parent).free >= ROOM * self.size:
            try:
                os.posix_fallocate(handle, 0, self.size)
            except OSError:
                os.ftruncate(handle, 0)
                raise

    def free(self) -> int:
        """Bytes that were given back; none where there is no reserve, and the mark stays."""
        if self.state() is State.NONE:
            return 0
        held = self.path.stat().st_size
        os.truncate(self.path, 0)
        return held

    def looked_after(self) -> State:
        """Made again where it was given up and there is room now."""
        return self.make() if self.state() is State.FREED else self.state()


def reserve_of(settings: Settings) -> Reserve:
    return Reserve(settings.var_dir / "reserve", settings.disk_reserve_mb * MB)


def freed_when_full(engine: AsyncEngine, reserve: Reserve) -> None:
    """The statement that found no room is refused all the same; the next one has it."""

    def refused(context: ExceptionContext) -> None:
        if is_full(context.original_exception) and reserve.state() is State.KEPT:
            log.critical("disk.full", freed=reserve.free())

    event.listen(engine.sync_engine, "handle_error", refused)


def is_full(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_FULL or getattr(error, "sqlstate", None) == FULL
