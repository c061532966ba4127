"""The files are made in a process of their own: clocks and reminders go on meanwhile, and a build that hangs is ended.

The worker writes one line, where the files and the database are, and leaves our standard input open: when it ends,
however it ends, so does this process. What was not whole by then nobody reads.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog

from casebackend.curation import indexing, queries
from casebackend.database import Database
from casebackend.logging import configure
from knowledge.locking import IndexBusy

log = structlog.get_logger()
EXIT_ORPHAN = 75
BUILT, KEPT, BUSY = "built", "kept", "busy"
# So long an end is waited for: nothing in the process can put it off, the kernel may.
END_SECONDS = 10


class BuildingFailed(Exception):
    """The process ended without saying how it went; its own log says why."""


class BuildingHung(BuildingFailed):
    """It took longer than a build takes, and was ended."""


async def build_apart(root: Path, url: str, limit: timedelta) -> bool:
    """True when it was built anew; `IndexBusy` when another is building."""
    program = [sys.executable, "-m", __name__]
    builder = await asyncio.create_subprocess_exec(*program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert builder.stdin is not None
    assert builder.stdout is not None
    try:
        with suppress(ConnectionError):
            builder.stdin.write(json.dumps({"root": str(root), "url": url}).encode() + b"\n")
            await builder.stdin.drain()
        async with asyncio.timeout(limit.total_seconds()):
            said = (await builder.stdout.read()).decode().strip()
            ended = await builder.wait()
    except TimeoutError:
        log.error("knowledge.build_hung", pid=builder.pid, seconds=round(limit.total_seconds()))  # noqa: TRY400
        raise BuildingHung(builder.pid) from None
    finally:
        await _ended(builder)
        builder.stdin.close()
    if ended != 0:
        raise BuildingFailed
    if said == BUSY:
        raise IndexBusy
    return said == BUILT


async def _ended(builder: asyncio.subprocess.Process) -> None:
    """With it ends its lock."""
    if builder.returncode is None:
        with suppress(ProcessLookupError):
            builder.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await builder.wait()


async def _build(root: Path, url: str) -> str:
    database = Database(url, name="indexer")
    try:
        edition = await indexing.edition(database)
        async with database.reading() as session:
            articles = await queries.published(session)
    finally:
        await database.dispose()
    try:
        return BUILT if indexing.build_if_needed(root, articles, edition) else KEPT
    except IndexBusy:
        return BUSY


def end_with(worker: int) -> None:
    """Its end of the pipe closes with it, even when it is killed."""
    while os.read(worker, 1_024):
        pass
    os._exit(EXIT_ORPHAN)


def main() -> int:
    configure("indexer")
    where = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=end_with, args=[sys.stdin.fileno()], daemon=True).start()
    try:
        said = asyncio.run(_build(Path(where["root"]), where["url"]))
    except Exception as error:  # noqa: BLE001  the edge of this program
        log.error("knowledge.not_built", error=type(error).__name__)  # noqa: TRY400
        return 1
    os.write(sys.stdout.fileno(), said.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
