from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from casebackend.api.base import Command, View

Evidence = Literal["A", "B", "C", "S", "D", "U"]


class ReminderView(View):
    """`anchor`: near, the reminder of the clock itself; before, calendar days before its last day; due, its end; after,
    working days after; share, a part of its length."""

    clock_group: str
    seq: int
    kind: str
    anchor: str
    amount: Decimal
    recipient: str
    effective_from: date
    source: str
    evidence: str


class ReminderList(View):
    """`next` is the cursor of the following page."""

    items: list[ReminderView]
    next: str | None


class Reminder(Command):
    kind: Literal["near_due", "overdue", "escalation"]
    anchor: Literal["near", "before", "due", "after", "share"]
    amount: Decimal = Field(default=Decimal(0), ge=0, le=365, decimal_places=3)
    recipient: Literal["handler", "head", "superior", "superior2", "manager", "executive"]


class ReplaceReminders(Command):
    """The whole plan of one group of clocks from a day on; what runs by then keeps the plan of its own day."""

    clock_group: str = Field(min_length=1, max_length=40)
    effective_from: date
    rules: list[Reminder] = Field(min_length=1, max_length=20)
    source: str = Field(min_length=1, max_length=500)
    evidence: Evidence = "D"


class ThresholdView(View):
    code: str
    label: str
    value: str
    effective_from: date
    source: str
    evidence: str


class ThresholdList(View):
    """`next` is the cursor of the following page."""

    items: list[ThresholdView]
    next: str | None


class AddThreshold(Command):
    """A number, or a time of day as HH:MM; of the same kind as the value in force."""

    code: str = Field(min_length=1, max_length=40)
    value: str = Field(min_length=1, max_length=5, pattern=r"^([0-9]{1,5}|([01][0-9]|2[0-3]):[0-5][0-9])$")
    effective_from: date
    source: str = Field(min_length=1, max_length=500)
    evidence: Evidence = "D"
