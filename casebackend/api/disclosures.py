from datetime import datetime

from pydantic import Field

from casebackend.api.base import Command, View
from casebackend.disclosures.rules import Reason


class Reveal(Command):
    """Why personal values have to be seen; without it nothing is shown."""

    why: Reason
    reason: str = Field(min_length=4, max_length=200, pattern=r"\S")


class RevealedValue(View):
    """`label`: whose or what it is. `value` is as much of it as the reader's post may see."""

    label: str
    kind: str
    value: str


class Revealed(View):
    """Shown once: this answer is kept nowhere and may not be kept. After `expires_at` it must leave the screen."""

    number: str
    expires_at: datetime
    values: list[RevealedValue]
    facts: str
    demand: str
