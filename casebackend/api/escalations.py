from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View


class UrgeCase(Command):
    """催办: by a colleague who sees the case."""

    opinion: str = Field(min_length=1, max_length=1_000)


class UrgeView(View):
    """`count`: how often the case has been urged by then, by customers and colleagues."""

    id: UUID
    number: str
    count: int
    actor_name: str
    opinion: str
    at: datetime


class UrgePage(View):
    """`next` is the cursor of the following page."""

    items: list[UrgeView]
    next: str | None
