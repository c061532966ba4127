from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.conversations import Command, View


class TellOwed(Command):
    """How, when and with what proof the customer was told. `text`: what stood in the letter, where it was not the words
    that are proposed. A petitioner is told in writing: by telephone is refused."""

    told_by: Literal["phone", "letter", "email", "sms", "in_person"]
    told_at: AwareDatetime
    told_proof: str = Field(min_length=1, max_length=500)
    text: str | None = Field(default=None, min_length=1, max_length=2_000)


class OwedView(View):
    """`ways`: by which it may be told. `due_at`: until when by law, where a clock runs for it."""

    id: UUID
    version: int
    what: str
    label: str
    text: str
    since: datetime
    due_at: datetime | None
    open: bool
    told_by: str | None
    told_by_label: str | None
    told_at: datetime | None
    told_proof: str | None
    ended_at: datetime | None
    ways: dict[str, str]
    may_tell: bool


class OwedPage(View):
    """Newest first. `next` is the cursor of the following page."""

    items: list[OwedView]
    next: str | None
