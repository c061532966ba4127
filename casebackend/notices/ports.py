"""Where other companies carry words to our colleagues: a mail server, an SMS gateway, the to-do list of an OA.

The address is a mailbox, a mobile number, or the staff number by which the OA knows its people.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`id` travels along, so that a carrier that knows ids can drop a second one."""

    id: UUID
    address: str
    subject: str
    text: str


class NotSent(Exception):
    """It was certainly not taken over: a refused connection, a "come again later"."""


class Refused(NotSent):
    """It was certainly not taken over, and never will be: no such address, too long."""


class Sender(Protocol):
    """Returning means taken over. Any other exception than NotSent means that nobody knows."""

    async def send(self, message: Outgoing) -> None: ...
