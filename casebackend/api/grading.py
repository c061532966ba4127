"""Rules of severity and of the priority lane."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View

Keyword = Annotated[str, Field(min_length=1, max_length=30)]
Word = Annotated[str, Field(min_length=1, max_length=40)]


class GradingRuleView(View):
    """`when`: its one condition. `active`: false ends the rule from its day on. `state`: approved, proposed or refused.
    `number`: its place among the approved versions of its code; `based_on`: the last of these when it was proposed.
    `in_force`: it holds today."""

    id: UUID
    code: str
    purpose: str
    result: str
    rank: int
    reason: str
    when: dict[str, Any]
    active: bool
    effective_from: date
    source: str
    evidence: str
    state: str
    proposed_by_name: str | None
    decided_by_name: str | None
    decided_on: date | None
    number: int
    based_on: int
    in_force: bool = False


class GradingRulePage(View):
    """`next` is the cursor of the following page."""

    items: list[GradingRuleView]
    next: str | None


class ProposeGradingRule(Command):
    """A new version of a rule from a day on, for the cases received from then on. Of its condition all that counts
    from then on; what is left out stays as it is. `severity` only of a rule of severity.
    `based_on`: the number of the version that was read; where another one has come to hold since, the proposal is
    refused."""

    code: str = Field(min_length=1, max_length=40)
    keywords: list[Keyword] | None = Field(default=None, min_length=1, max_length=120)
    amount_from: Decimal | None = Field(default=None, gt=0, lt=10**12, decimal_places=2)
    group_from: int | None = Field(default=None, ge=2, le=100_000)
    age_from: int | None = Field(default=None, ge=1, le=120)
    age_under: int | None = Field(default=None, ge=1, le=120)
    sources: list[Word] | None = Field(default=None, min_length=1, max_length=20)
    tiers: list[Literal["ordinary", "gold", "private"]] | None = Field(default=None, min_length=1, max_length=3)
    dangers: list[Word] | None = Field(default=None, min_length=1, max_length=20)
    severity: Literal["重大投诉", "紧急投诉"] | None = None
    active: bool = True
    effective_from: date
    based_on: int | None = Field(default=None, ge=0)
    source: str = Field(min_length=2, max_length=500)


class DecideGradingRule(Command):
    approve: bool
