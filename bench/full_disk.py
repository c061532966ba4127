"""F22 at full scale: the disk of the database ends at each page of a window, and the disk of the attachments is 4 MB.

python -m bench.full_disk [--window 50]; as root the second part mounts a tmpfs, else it is left out and says so.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from casebackend.attachments.errors import DiskFull
from casebackend.attachments.receiving import MB, Limits, Receiver
from casebackend.attachments.store import Store
from ops.figures import Figures
from tests.casebackend.test_full_disk import filings, holds, limited
from tests.world import World

DISK_MB = 4


async def pages(figures: Figures, window: int) -> None:
    async with World.built() as world:
        with limited(world) as disk:
            begun = time.monotonic()
            seen = await filings(world, disk, range(window))
        await holds(world)
    kinds = Counter(seen.values())
    more = {"window": window, "seconds": round(time.monotonic() - begun), "load": os.getloadavg()[0]}
    figures.show("F22 filings half kept or lost", ours=0, bar=0, refused=kinds[503], filed_at_once=kinds[201], **more)


async def uploads(folder: Path) -> tuple[int, int]:
    """Files that are taken until the disk is full; what is left of the refused ones."""
    store, limits = Store(folder), Limits(3 * MB, 3 * MB, 1, 100 * MB, 100, 0)
    taken = 0
    with suppress(DiskFull):
        while taken < 100:
            await Receiver(store, limits).whole(os.urandom(300).hex().encode() * 500, "a.txt")
            taken += 1
    left = [store.incoming, *store.incoming.iterdir()]
    next(iter(store.files.glob("??/*"))).unlink()
    await Receiver(store, limits).whole(b"there is room again" * 1_000, "a.txt")
    return taken, len(left) - 1


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--window", type=int, default=50)
    given, figures = options.parse_args(), Figures()
    os.environ.pop("TINGSU_TEST_DATABASE", None)
    asyncio.run(pages(figures, given.window))
    with tempfile.TemporaryDirectory(prefix="tingsu-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            sys.stderr.write("F22: no tmpfs may be mounted here; the attachments are left out\n")
            return 1
        try:
            taken, left = asyncio.run(uploads(Path(folder)))
        finally:
            subprocess.run(["umount", folder], check=False)
    figures.show("F22 attachments on a full disk: files left half written", ours=left, bar=0, taken=taken)
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
