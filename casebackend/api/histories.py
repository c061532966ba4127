"""What happened to a case, and the clocks that ran over it."""

from datetime import date, datetime
from typing import Any

from casebackend.api.conversations import View
from casebackend.cases.rules import Status


class TimelineEntryView(View):
    seq: int
    at: datetime
    actor_name: str
    kind: str
    label: str
    opinion: str | None
    from_status: Status | None
    to_status: Status | None
    detail: dict[str, Any]


class TimelineView(View):
    """Oldest first. `next` is the cursor of the following page."""

    number: str
    entries: list[TimelineEntryView]
    next: str | None = None


class ClockView(View):
    """`derivation` shows in words how the due time came about; `provisional`: days without a published calendar.

    `origin_at` is where counting began (receipt, or receipt of new material), `effective_from` the version of the
    limit; `level` reminders have been told, `next_at` is when the next one comes."""

    kind: str
    label: str
    seq: int
    profile: str
    effective_from: date | None
    origin_at: datetime
    paused_days: int
    next_at: datetime | None
    level: int
    started_at: datetime
    near_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    stop_reason: str | None
    near_fired_at: datetime | None
    fired_at: datetime | None
    derivation: str
    provisional: bool


class ClocksView(View):
    """`next` is the cursor of the following page."""

    number: str
    clocks: list[ClockView]
    next: str | None = None
