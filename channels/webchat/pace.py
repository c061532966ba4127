from collections import OrderedDict
from collections.abc import Callable

BURST = 20.0
PER_SECOND = 20 / 60
REMEMBERED = 10_000


class Pace:
    """Twenty messages a minute, twenty at once, for each session. Who has said nothing for a minute is forgotten: his
    bucket would be full."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, session: str) -> float:
        """Zero: go on. Else the seconds after which the same message may be sent again."""
        now = self._clock()
        tokens, at = self._buckets.pop(session, (BURST, now))
        tokens = min(BURST, tokens + (now - at) * PER_SECOND)
        allowed = tokens >= 1
        self._buckets[session] = (tokens - 1 if allowed else tokens, now)
        while len(self._buckets) > REMEMBERED or now - next(iter(self._buckets.values()))[1] > BURST / PER_SECOND:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / PER_SECOND
