from collections.abc import Callable
from typing import Literal

FAILURES_TO_OPEN = 5
SECONDS_TO_PROBE = 5.0


class Breaker:
    """Opens after five failures in a row; then lets one probe through every five seconds until one succeeds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._probe_at = 0.0

    @property
    def state(self) -> Literal["closed", "open", "half_open"]:
        if self._failures < FAILURES_TO_OPEN:
            return "closed"
        return "open" if self._clock() < self._probe_at else "half_open"

    def allows(self) -> bool:
        """Asking while half open takes the probe: the next one to ask is refused until it has reported."""
        state = self.state
        if state == "half_open":
            self._probe_at = self._clock() + SECONDS_TO_PROBE
        return state != "open"

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._probe_at = self._clock() + SECONDS_TO_PROBE
