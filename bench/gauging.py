"""What some programs hold over a long run: memory, descriptors, threads; and how fast it grows."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MB = 1_000_000


@dataclass(frozen=True)
class Sample:
    """Of one program with its children, `minute` minutes after the begin. `pss`: shared pages by share. Bytes."""

    minute: float
    rss: int
    pss: int
    descriptors: int
    threads: int
    cpu: float


def sampled(pid: int, minute: float) -> Sample:
    parent = psutil.Process(pid)
    rss = pss = descriptors = threads = 0
    cpu = 0.0
    for member in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess, OSError):
            with member.oneshot():
                rss += member.memory_info().rss
                descriptors += member.num_fds()
                threads += member.num_threads()
                times = member.cpu_times()
                cpu += times.user + times.system
            pss += _pss(member.pid)
    return Sample(minute, rss, pss, descriptors, threads, cpu)


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares: how much y grows while x grows by one."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def per_hour(samples: Sequence[Sample], what: str, since: float) -> float:
    """Bytes, descriptors or threads an hour, of what was seen from minute `since` on."""
    return slope([(each.minute / 60, float(getattr(each, what))) for each in samples if each.minute >= since])


class Book:
    """A CSV file that is whole after each line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", newline="")
        self._writer: csv.DictWriter[str] | None = None

    def line(self, row: Mapping[str, object]) -> None:
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, list(row), extrasaction="ignore")
            self._writer.writeheader()
        self._writer.writerow(row)
        self._file.flush()
