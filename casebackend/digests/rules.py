"""When an alarm comes again. Standard library only."""

from datetime import timedelta


def level_of(waited: timedelta, line: timedelta, most: int) -> int:
    """How often over the line, up to the highest level; a line of nothing is crossed once."""
    return max(1, min(most, waited // line)) if line else 1


def days_range(left: int, soon: int, again: int) -> int:
    """Which range of days before the end, counted from the first alarm; all days after the end are one."""
    return (soon - max(left, -1)) // max(1, again)
