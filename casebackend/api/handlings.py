from datetime import datetime

from casebackend.api.conversations import View


class HandlingRow(View):
    """One step of a case, or what a colleague did while it stayed where it was: `mode` is a move, or a kind of event.
    `due_at`: the limit of what begins with it; `late`: whether what it ended was over its own,
    None where none ran. Personal data in `opinion` are masked."""

    number: str
    at: datetime
    mode: str
    label: str
    person: str
    unit: str | None
    in_charge: str | None
    opinion: str | None
    due_at: datetime | None
    late: bool | None


class HandlingPage(View):
    """`next` is the cursor of the following page."""

    items: list[HandlingRow]
    next: str | None
