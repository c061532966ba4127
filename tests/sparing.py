"""Which tests need not run on PostgreSQL as well: those that send it nothing that another test does not send.

Written down by a run of the unit tests on SQLite with TINGSU_TEST_NOTES=<folder>; `python -m tests.sparing <folder>`
then writes `spared_on_postgres.txt`, by function. A test that is not in it runs on both: so does each new one, and what
fails in SQL, starts programs, does things at once, or asks on which of the two it is. TINGSU_TEST_WHOLE=1 runs all.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import crc32

from sqlalchemy import Engine, event

WHERE = "tests/casebackend/"
ROOT = Path(__file__).parent.parent
SPARED = Path(__file__).with_name("spared_on_postgres.txt")
_ROW, _ROWS = re.compile(r"\(\?(?:, \?)*\)"), re.compile(r"\(\?\)(?:, \(\?\))+")
_AT_ONCE = re.compile(r"gather\(|TaskGroup|create_task\(|to_thread|threading|is_sqlite")
_running = ""
_said: dict[str, set[int]] = defaultdict(set)
_kept: set[str] = set()


def shape(statement: str) -> int:
    """The same for any number of values in a list, and in every run."""
    return crc32(_ROWS.sub("(?)", _ROW.sub("(?)", statement)).encode())


def keep() -> None:
    """The test that runs is not spared, whatever it says to the database."""
    _kept.add(_running)


def begin(test: str) -> None:
    global _running
    _running = test
    _said[test] = set()


def take_notes(folder: Path) -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def said(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        _said[_running].add(shape(statement))

    @event.listens_for(Engine, "handle_error")
    def failed(_: Any) -> None:
        keep()

    sys.addaudithook(lambda name, _: keep() if name == "subprocess.Popen" else None)
    folder.mkdir(parents=True, exist_ok=True)


def write_notes(folder: Path) -> None:
    notes = {"said": {test: sorted(shapes) for test, shapes in _said.items()}, "kept": sorted(_kept)}
    (folder / f"{uuid4().hex}.json").write_text(json.dumps(notes), "utf-8")


def spared(said: dict[str, set[int]], kept: set[str]) -> list[str]:
    """Greedily: what is kept first, then always the test that says most that no test kept has said."""
    heard = {each for test in kept for each in said.get(test, ())}
    left = {test: shapes - heard for test, shapes in said.items() if test not in kept}
    while left:
        most = max(left, key=lambda test: (len(left[test]), test))
        if not left[most]:
            return sorted(left)
        new = left.pop(most)
        left = {test: shapes - new for test, shapes in left.items()}
    return []


def main(folder: Path) -> None:
    said: dict[str, set[int]] = defaultdict(set)
    kept: set[str] = set()
    for path in folder.glob("*.json"):
        notes = json.loads(path.read_text("utf-8"))
        kept |= {test for test in notes["kept"] if test.startswith(WHERE)}
        for test, shapes in notes["said"].items():
            if test.startswith(WHERE):
                said[test] |= set(shapes)
    files = {test.partition("::")[0] for test in said}
    wild = {file for file in files if _AT_ONCE.search((ROOT / file).read_text("utf-8"))}
    kept |= {test for test in said if test.partition("::")[0] in wild}
    found = spared(said, kept)
    SPARED.write_text("".join(f"{function}\n" for function in whole(found, said)), "utf-8")
    sys.stdout.write(f"{len(found)} of {len(said)} tests are spared\n")


def whole(found: Collection[str], every: Collection[str]) -> list[str]:
    """The functions all of whose cases are spared."""
    return sorted({named(test) for test in found} - {named(test) for test in set(every) - set(found)})


def named(test: str) -> str:
    return test.partition("[")[0]


def names() -> set[str]:
    if os.environ.get("TINGSU_TEST_WHOLE"):
        return set()
    return set(SPARED.read_text("utf-8").splitlines()) if SPARED.exists() else set()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
