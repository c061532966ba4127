import psutil


class Meter:
    """CPU seconds since it was made and resident bytes now, by program, children included."""

    def __init__(self, pids: dict[str, int]) -> None:
        self._families = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._start = {name: self._cpu(name) for name in pids}

    def _members(self, name: str) -> list[psutil.Process]:
        parent = self._families[name]
        return [parent, *parent.children(recursive=True)]

    def _cpu(self, name: str) -> float:
        times = [member.cpu_times() for member in self._members(name)]
        return sum(each.user + each.system for each in times)

    def spent(self) -> float:
        """CPU seconds of all of them since they were started."""
        return sum(self._cpu(name) for name in self._families)

    def cpu(self) -> dict[str, float]:
        return {name: self._cpu(name) - start for name, start in self._start.items()}

    def rss(self) -> dict[str, float]:
        return {name: float(sum(m.memory_info().rss for m in self._members(name))) for name in self._families}
