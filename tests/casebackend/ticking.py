"""A worker process of its own for tests that kill and stop some. Its clock runs `SPEED` times as fast as ours.

python -m tests.casebackend.ticking DATABASE_URL VAR START
"""

import asyncio
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from casebackend.connection import open_database
from casebackend.worker import Worker
from tests.world import configured

SPEED = 5


async def tick_for_ever(url: str, var: Path, start: datetime) -> None:
    """All processes are given the same start by the wall clock, so that they agree on what time it is."""
    settings = configured(url, var)
    database = open_database(settings)
    began = float(os.environ["TICKING_SINCE"])

    def now() -> datetime:
        return start + timedelta(seconds=SPEED * (time.time() - began))

    worker = Worker(database, settings, now=now, name=f"pid-{os.getpid()}")
    while True:
        await worker.guarded(worker.tick)
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(tick_for_ever(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
