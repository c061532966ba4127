"""Looks for many values at once in files of any size, however they are written there."""

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.casebackend.canaries import Canary, forms


class Needles:
    """GNU grep does the searching: it looks for thousands of words in one pass."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._value_of = {
            form: value for each in canaries for value in each.values for form in forms(value) if b"\n" not in form
        }

    def __enter__(self) -> Self:
        self._list = tempfile.NamedTemporaryFile(prefix="tingsu-needles-")
        self._list.write(b"\n".join(self._value_of) + b"\n")
        self._list.flush()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._list.close()

    def below(self, folder: Path) -> list[str]:
        """File and value of each hit. A file that goes meanwhile (a log of the database) was looked at or is gone."""
        command = ["grep", "-raoF", "--null", "-f", self._list.name, "."]
        env = os.environ | {"LC_ALL": "C"}
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
        if done.returncode > 1 and b"No such file" not in done.stderr:
            raise RuntimeError(done.stderr.decode(errors="replace")[-500:])
        lines = (line.partition(b"\0") for line in done.stdout.split(b"\n") if b"\0" in line)
        return sorted({f"{path.decode()}: {self._value_of.get(found, '?')}" for path, _, found in lines})

    def within(self, raw: bytes) -> list[str]:
        with tempfile.TemporaryDirectory(prefix="tingsu-needles-") as folder:
            (Path(folder) / "bytes").write_bytes(raw)
            return self.below(Path(folder))

    def require_teeth(self) -> None:
        """Each form of each value is found when it is there."""
        with tempfile.TemporaryDirectory(prefix="tingsu-needles-") as folder:
            for place, form in enumerate(self._value_of):
                (Path(folder) / f"{place}").write_bytes(b"..." + form + b"...")
            seen = {line.partition(":")[0].removeprefix("./") for line in self.below(Path(folder))}
        blind = [form for place, form in enumerate(self._value_of) if str(place) not in seen]
        if blind:
            raise AssertionError(f"{len(blind)} forms are not found, the first is {blind[0]!r}")
