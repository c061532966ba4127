from datetime import date, datetime
from typing import Literal
from uuid import UUID

from casebackend.api.base import View


class FigureView(View):
    """`value` is none where nothing has been counted yet. `alarm`: it has reached the dated limit.
    `href`: the list with exactly these."""

    code: str
    label: str
    value: int | None
    unit: str
    limit: int
    alarm: bool
    href: str | None


class UnitAlarm(View):
    """`line`: that of the day on which it began."""

    code: Literal["overdue", "near_due"]
    line: int
    since: datetime


class UnitView(View):
    """`id` is none for cases that no unit is in charge of. `alarms`: which of the two have reached the line of a unit,
    and since when; its leaders have been told."""

    id: UUID | None
    name: str
    overdue: int
    near_due: int
    alarms: list[UnitAlarm]


class StandingView(View):
    """`digests_missing`: leaders who should have had this morning's summary; `digests_unreachable`: those of them who
    have neither mail nor mobile. `calendar_ends`: data end soon."""

    at: datetime
    figures: list[FigureView]
    units: list[UnitView]
    digests_missing: int
    digests_unreachable: list[str]
    calendar_ends: date | None
