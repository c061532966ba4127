"""How often and how long an effect is tried. Standard library only."""

from datetime import timedelta

MAX_ATTEMPTS = 12
LONGEST_WAIT = timedelta(minutes=5)


def wait_after(attempt: int) -> timedelta:
    """1 s, 2 s, 4 s ... at most 5 minutes."""
    return min(timedelta(seconds=2 ** max(attempt - 1, 0)), LONGEST_WAIT)
