from datetime import datetime

from casebackend.api.conversations import View
from casebackend.cases.rules import Move


class HandlingRow(View):
    """One step of a case. `due_at`: the limit of what begins with it; `late`: whether what it ended was over its own,
    None where none ran. Personal data in `opinion` are masked."""

    number: str
    at: datetime
    mode: Move
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
