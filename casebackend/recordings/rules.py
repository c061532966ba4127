"""Ranges of a recording, and who is at the source of it. Standard library only."""

import re
from dataclasses import dataclass
from datetime import timedelta

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# One listening: a browser asks for many pieces of a file, and again when somebody goes back to a sentence.
ONE_LISTENING = timedelta(minutes=30)
MOST_AT_ONCE = 4 * 1024 * 1024

# Whoever takes the calls, and whoever looks over all of it.
SOURCE = frozenset({"intake", "team_lead"})
OVERSIGHT = frozenset({"complaint_manager", "auditor", "approver"})


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` up to, not with, `end`."""

    start: int
    end: int


class NotThere(Exception):
    """A range outside of the file (RFC 9110 14.4): 416."""


def part_of(header: str | None, size: int) -> Part | None:
    """The one range asked for; None for the whole. What is no single range of bytes is answered with the whole."""
    found = RANGE.fullmatch((header or "").replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start = int(first)
        end = min(int(last) + 1, size) if last else size
    if start >= size or end <= start:
        raise NotThere
    return Part(start, min(end, start + MOST_AT_ONCE))
