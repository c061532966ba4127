"""Where what is written down came from: the address and the roles of whoever sent the request, none for the worker.

Set by the guard before anything else is done for a request, so that nobody who writes a line has to think of it.
"""

from contextvars import ContextVar
from dataclasses import dataclass

LONGEST_ADDRESS, LONGEST_ROLES = 64, 200


@dataclass(frozen=True, slots=True)
class Origin:
    """`roles`: as the guard knows them, in one order, separated by commas."""

    address: str | None = None
    roles: str | None = None


NONE = Origin()
_PRESENT: ContextVar[Origin] = ContextVar("audit_origin", default=NONE)


def present() -> Origin:
    return _PRESENT.get()


def begins(address: str | None, roles: frozenset[str] = frozenset()) -> None:
    """A request, of whom nothing more is known yet; and again when it is known who asks."""
    kept = address[:LONGEST_ADDRESS] if address else None
    _PRESENT.set(Origin(kept, ",".join(sorted(roles))[:LONGEST_ROLES] or None))
