"""What a case costs: registering it, finding it among a million, and the worker's look at the clocks.

`--cases` is the size of the invented bank. PostgreSQL is embedded, as in the tests. Ours is always the whole request
over HTTP: CPU of the web process and of PostgreSQL. Ours and the peer run in turn, in short batches; medians are
compared.

The peer of a registration: a bare Sanic handler that writes the same rows, with the same sealed values, by Core inserts
in one transaction.

The peer of a list, "the bare SQL query": ONE statement sent by psycopg (prepared after five times) that returns
everything the list shows, under the same conditions, in the same scope and the same order: columns of the case, names
of units, handler and customer (masked), the flags near due and overdue, the masks of tokens. Its rows are turned into
JSON text by json.dumps, because ours answers JSON. Its CPU is that of the client and of PostgreSQL.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ["TINGSU_TEST_DATABASE"] = "postgres"

from bench.casework.listing import lists, pages
from bench.casework.measuring import loaded
from bench.casework.registering import register
from bench.casework.scanning import FEW, scans
from ops.figures import Figures
from tests.databases import fresh_url
from tests.world import prepare


async def million(figures: Figures, folder: Path, cases: int) -> None:
    async with fresh_url(prepare, folder) as large, fresh_url(prepare, folder) as small:
        settings = await loaded(large, folder, cases)
        await scans(await loaded(small, folder, min(FEW, cases)), settings, cases, figures)
        await lists(settings, figures, folder)
        await pages(settings, figures)


def main() -> int:
    reader = argparse.ArgumentParser()
    reader.add_argument("--cases", type=int, default=1_000_000)
    reader.add_argument("--only", choices=("register", "million"))
    wanted = reader.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="tingsu-bench-") as folder:
        if wanted.only != "million":
            asyncio.run(register(figures, Path(folder)))
        if wanted.only != "register":
            asyncio.run(million(figures, Path(folder), wanted.cases))
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
