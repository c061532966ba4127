"""Many rows in little room: page by page as they come from the database, squeezed, in memory and never on the disk."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence

from casebackend.exports.rules import Cell


class Pages:
    """Rows to be read from the first to the last, as often as one likes; only one page of them is open at a time."""

    def __init__(self) -> None:
        self._squeezed: list[bytes] = []
        self._rows = 0

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        if rows:
            self._squeezed.append(
                zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)
            )
            self._rows += len(rows)

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[list[Cell]]:
        for page in self._squeezed:
            yield from json.loads(zlib.decompress(page).decode("utf-8", "surrogatepass"))


def paged(rows: Iterable[Sequence[Cell]], at_once: int = 200) -> Pages:
    pages, page = Pages(), list[Sequence[Cell]]()
    for row in rows:
        page.append(row)
        if len(page) == at_once:
            pages.add(page)
            page = []
    pages.add(page)
    return pages
