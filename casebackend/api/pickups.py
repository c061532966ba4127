"""The progress page: a pick-up code and a one-time code open one complaint for a quarter of an hour."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, ForMessage, View


class AskPickup(ForMessage):
    """The pick-up code of an own complaint, with its receipt or because the old one is lost."""

    number: str = Field(min_length=6, max_length=20)


class PickupView(View):
    """`code` is told once and kept nowhere; null where there is no phone to send a one-time code to."""

    code: str | None


class BeginVisit(Command):
    pickup_code: str = Field(min_length=1, max_length=64)


class VisitBegun(View):
    """The same whether the pick-up code is right or not; `minutes`: so long a one-time code is good."""

    id: UUID
    minutes: int


class AnswerVisit(Command):
    code: str = Field(min_length=1, max_length=32)


class VisitStep(View):
    """`wrong`: the pick-up code or the one-time code, or too late. `until`: when it goes on after `locked`."""

    next: Literal["done", "wrong", "locked", "ended"]
    left: int | None = None
    until: datetime | None = None


class ConfirmVisit(Command):
    """What core banking is asked about, together with the proved phone."""

    name: str = Field(min_length=1, max_length=100)
    id_number: str = Field(min_length=4, max_length=40)


class ConfirmStep(View):
    """`unavailable`: nothing is known and nothing is lost. `level`: the one-time code has to be shown first."""

    next: Literal["done", "wrong", "locked", "unavailable", "level"]
    left: int | None = None
    until: datetime | None = None


class CaseDetails(View):
    """Told at level 2 only; personal data in it are masked."""

    facts: str
    demand: str
    amount: str | None
    occurred_on: date | None
    reply: str | None


class FollowedBy(View):
    """The second complaint about a closed first one, as the visit with the code of the first may see it."""

    number: str
    stage: str
    next_step: str
    promised: str | None
    days_left: int | None


class VisitView(View):
    """What a customer may know of the complaint, and may do with it now. `number` is that of the complaint that is
    handled; `promised`: in words; `days_left`: calendar days, negative when it has passed."""

    number: str
    stage: str
    next_step: str
    unit: str | None
    promised_on: date | None
    promised: str | None
    days_left: int | None
    filed_at: datetime
    ends_at: datetime
    may: list[Literal["urge", "supplement", "withdraw"]]
    confirmed: bool
    details: CaseDetails | None
    second: FollowedBy | None = None


class AddToVisit(Command):
    text: str = Field(min_length=2, max_length=2_000, pattern=r"\S")


class VisitDone(View):
    outcome: Literal["urged", "too_soon", "added", "withdrawn", "closed"]
