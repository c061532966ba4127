from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View
from casebackend.forms.rules import Form, Purpose, Variant


class PrintForm(Command):
    """`reason` in words is needed for the full variant and for another purpose than those that have a name."""

    variant: Variant = Variant.MASKED
    purpose: Purpose
    reason: str | None = Field(default=None, min_length=4, max_length=200, pattern=r"\S")


class PrintView(View):
    """`seal` is of the whole file. `case_version`: the state of the case that was printed."""

    id: UUID
    serial: str
    form: Form
    variant: Variant
    purpose: Purpose
    reason: str | None
    pages: int
    seal: str
    case_version: int
    printed_at: datetime
    printed_by_name: str


class PrintPage(View):
    """`next` is the cursor of the following page."""

    items: list[PrintView]
    next: str | None
