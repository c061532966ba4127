from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View

# superior_head leads the institution above the one that handles the case, unit_head that one; the others are roles.
Approver = Literal["unit_head", "superior_head", "department_head", "approver", "complaint_manager", "executive"]


class LimitView(View):
    code: str
    severity: str
    label: str
    amount: Decimal
    unit: str
    rolls_forward: bool
    approver: str | None
    effective_from: date
    source: str
    evidence: str


class LimitList(View):
    """`next` is the cursor of the following page."""

    items: list[LimitView]
    next: str | None


class AddLimit(Command):
    """A new dated row of a limit that exists; running clocks stay on the row of their own day.

    `code` of the count or the length of an extension may end in `.<profile>` (`extension.most.two_level`): it narrows
    them for cases of that profile. `approvers`: who may approve that extension from then on; without it nothing
    changes."""

    code: str = Field(min_length=1, max_length=40)
    severity: Literal["", "重大投诉", "紧急投诉"] = ""
    amount: Decimal = Field(ge=0, le=1000, decimal_places=3)
    approvers: list[Approver] | None = Field(default=None, min_length=1, max_length=6)
    rolls_forward: bool = False
    effective_from: date
    source: str = Field(min_length=1, max_length=500)
    evidence: Literal["A", "B", "C", "S", "D", "U"]


class DayView(View):
    day: date
    is_workday: bool
    kind: str
    note: str | None
    source: str


class CalendarView(View):
    """`alarm`: a sentence when the calendar ends in under 90 days."""

    year: int
    alarm: str | None
    days: list[DayView]


class EditDay(Command):
    is_workday: bool
    note: str | None = Field(default=None, max_length=100)
    source: str = Field(min_length=1, max_length=500)


class ImportNotice(Command):
    """Lines `YYYY-MM-DD 休|班`. Without `confirm` only the difference is shown."""

    text: str = Field(min_length=1, max_length=20_000)
    source: str = Field(min_length=1, max_length=500)
    confirm: bool = False


class DayChange(View):
    day: date
    before: bool | None
    after: bool


class NoticeResult(View):
    year: int
    confirmed: bool
    changes: list[DayChange]
    recomputed: int


class ProfileUseView(View):
    unit_id: UUID
    unit: str
    profile: str
    effective_from: date


class ProfileUses(View):
    profiles: dict[str, str]
    uses: list[ProfileUseView]


class DutyView(View):
    """`unit` as it is called today; a closed one has handed its duty to whoever took over."""

    duty: str
    label: str
    unit_id: UUID
    unit: str
    effective_from: date


class Duties(View):
    """`unheld`: duties that no unit has now; second complaints that need one wait to be dispatched by hand."""

    duties: dict[str, str]
    holders: list[DutyView]
    unheld: list[str]


class GiveDuty(Command):
    duty: str = Field(min_length=1, max_length=32)
    unit_id: UUID
    effective_from: date
    source: str = Field(min_length=1, max_length=500)


class UseProfile(Command):
    unit_id: UUID
    profile: str = Field(min_length=1, max_length=32)
    effective_from: date
    source: str = Field(min_length=1, max_length=500)
