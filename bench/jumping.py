"""F44: the real worker under a wall clock that jumps (libfaketime; its monotonic clock is left alone)."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from casebackend.clocks import service
from casebackend.curation import indexing
from tests.casebackend.console import live
from tests.casebackend.fleet import PROBE, TERM, all_told, in_hands
from tests.world import World

CASES, PATIENCE = 20, 1_800
JUMPS = (3_600, 0, -3_600, 0, 86_400, 0, -86_400, 0, 3 * 86_400)
BETWEEN_SECONDS = 20
FIRST, SPAN = timedelta(days=-1), timedelta(days=3)


def libfaketime() -> Path | None:
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


@dataclass
class Program:
    """Started again when it ends, as its supervisor does."""

    environment: dict[str, str]
    log: Path
    again: int = -1
    process: subprocess.Popen[bytes] | None = None

    async def lives_for(self, seconds: float, until: Callable[[], Awaitable[bool]] | None = None) -> None:
        """At least so long, and until what is waited for has come."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds or (until is not None and not await until()):
            if self.process is None or self.process.poll() is not None:
                self._start()
            if time.monotonic() - begun > PATIENCE:
                raise TimeoutError(self.log.read_text()[-3000:])
            await asyncio.sleep(0.5)

    def _start(self) -> None:
        with self.log.open("a") as log:
            command = [sys.executable, "-m", "casebackend.worker"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.again += 1

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True, slots=True)
class Report:
    again: int
    alarms: int


async def _around_now(world: World, cases: Sequence[UUID], count: int) -> None:
    async with world.database.transaction() as session:
        timers = []
        for number in range(count):
            at = world.time + FIRST - timedelta(days=1) + number * SPAN / count
            case = cases[number % len(cases)]
            timers.append(await service.made(session, case, PROBE, at=at, seq=number + 1, term=TERM))
        session.add_all(timers)


async def jump_through(world: World, count: int) -> Report:
    world.time = datetime.now(UTC)
    await _around_now(world, await in_hands(world, CASES), count)
    folder = world.settings.var_dir
    # Building the index keeps a second thread busy, and under libfaketime two of them read its file at every turn.
    await indexing.Indexer(folder / indexing.FOLDER, world.database).keep()
    shown = folder / "faketime"

    def differ(seconds: int) -> None:
        draft = folder / "faketime.new"
        draft.write_text(f"{seconds:+d}")
        draft.replace(shown)

    differ(0)
    environment = live._environment(world.settings, 0) | {
        "LD_PRELOAD": str(libfaketime()),
        "FAKETIME_TIMESTAMP_FILE": str(shown),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    program = Program(environment, folder / "worker.log")
    try:
        for jump in JUMPS:
            await program.lives_for(BETWEEN_SECONDS)
            differ(jump)
        await program.lives_for(BETWEEN_SECONDS, until=lambda: all_told(world, count))
    finally:
        program.kill()
    return Report(program.again, (folder / "worker.log").read_text().count("clock.jumped"))
