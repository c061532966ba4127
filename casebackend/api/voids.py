from datetime import datetime

from pydantic import Field

from casebackend.api.conversations import Command, View
from casebackend.cases.rules import Status


class RefuseVoid(Command):
    opinion: str = Field(min_length=1, max_length=1_000)


class VoidRequest(View):
    """A case that one administrator asked to void; `own`: the reader is that one, and another one has to come."""

    number: str
    status: Status
    status_label: str
    version: int
    received_at: datetime
    requested_by: str
    requested_at: datetime
    reason: str | None
    own: bool


class VoidRequestPage(View):
    items: list[VoidRequest]
    next: str | None = None
