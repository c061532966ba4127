"""What core banking is asked about a customer, and what it answers."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claims:
    """What somebody says of himself; `phone` has been proved by a one-time code. Never shown, never logged."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The one customer whom the claims fit, as the bank writes him."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


class CoreUnavailable(Exception):
    """No answer, or one that cannot be trusted: nothing is known, and nothing counts as wrong."""


class CoreBank(Protocol):
    async def verify(self, claims: Claims) -> Confirmed | None:
        """None: the claims fit no customer, and no more than that."""


class NoCoreBank:
    """Where the bank has configured none."""

    async def verify(self, _: Claims) -> Confirmed | None:
        raise CoreUnavailable("not configured")
