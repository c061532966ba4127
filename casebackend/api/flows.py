"""Flows: the internal steps of a chain of a profile, by version."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View
from casebackend.cases.rules import Move
from casebackend.organisations.rules import Level
from casebackend.staff.rules import Role


class FlowTaker(Command):
    """Who takes a move that decides. The first of `roles` is whom a case waits for, the others stand in. `stand`: line,
    the unit that handles the case or one above it; branch, its branch; head_office; anywhere. `levels`: only where a
    unit of one of these handles it. `ordinary`: not where head office has to look at it."""

    move: Literal["sign", "approve_opinion", "approve_reply"]
    roles: list[Role] = Field(min_length=1, max_length=6)
    stand: Literal["line", "branch", "head_office", "anywhere"]
    levels: list[Level] = Field(default_factory=list, max_length=5)
    ordinary: bool = False


class FlowStep(Command):
    """`clock`: the limit that it runs by, `internal.<code>` where nothing is said; `working_days`: its length, of a
    clock that there is no limit of yet. `duty`: the unit that has it decides here."""

    code: str = Field(min_length=2, max_length=32, pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1, max_length=40, pattern=r"\S")
    who: str = Field(min_length=1, max_length=40, pattern=r"\S")
    clock: str | None = Field(default=None, max_length=40)
    working_days: Decimal | None = Field(default=None, gt=0, le=60, decimal_places=3)
    starts_on: list[Move] = Field(min_length=1, max_length=20)
    stops_on: list[Move] = Field(min_length=1, max_length=20)
    takes: list[FlowTaker] = Field(default_factory=list, max_length=8)
    duty: str | None = Field(default=None, max_length=32)


class ProposeFlow(Command):
    """The whole chain anew, for the cases received from `effective_from` on; running cases stay on their version.
    `code` is `<profile>/<chain>`. `based_on`: the number of the version that was read."""

    code: str = Field(min_length=3, max_length=40, pattern=r"^[a-z_]+/[a-z_]+$")
    steps: list[FlowStep] = Field(min_length=1, max_length=16)
    effective_from: date
    based_on: int | None = Field(default=None, ge=0)
    source: str = Field(min_length=2, max_length=500, pattern=r"\S")


class DecideFlow(Command):
    approve: bool


class FlowTakerView(View):
    move: str
    roles: list[str]
    stand: str
    levels: list[str] = Field(default_factory=list)
    ordinary: bool = False


class FlowStepView(View):
    code: str
    label: str
    who: str
    clock: str
    working_days: Decimal | None = None
    starts_on: list[str]
    stops_on: list[str]
    takes: list[FlowTakerView] = Field(default_factory=list)
    duty: str | None = None


class FlowView(View):
    """`id` is null of what was delivered. `in_force`: a case that is received today runs by it."""

    id: UUID | None
    code: str
    label: str
    steps: list[FlowStepView]
    effective_from: date
    source: str
    state: str
    number: int
    based_on: int
    proposed_by_name: str | None
    decided_by_name: str | None
    decided_on: date | None
    in_force: bool = False


class FlowPage(View):
    """`next` is the cursor of the following page."""

    items: list[FlowView]
    next: str | None
