"""What customers ask about their own cases, and what they are answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from casebackend.api.conversations import View


class CaseBrief(View):
    """What a customer may read of an own case. `stage` and `next_step` are words to the customer."""

    number: str
    stage: str
    unit: str | None
    promised_on: date | None
    next_step: str
    filed_at: datetime


class Progress(View):
    """`foreign`: the message names a number that is not an own case; nothing about it is told (需核实身份)."""

    cases: list[CaseBrief]
    foreign: bool


class UrgeOutcome(View):
    """`case` is the one urged; with several open cases and none named, `cases` holds the choice.

    `second_offered`: the case is closed, and a second complaint may follow it.
    """

    outcome: Literal["urged", "too_soon", "closed", "none", "foreign", "choose"]
    case: CaseBrief | None
    cases: list[CaseBrief]
    second_offered: bool = False


class SecondOutcome(View):
    """`case` is the second complaint just opened, or the one that was there; `cases` holds the choice."""

    outcome: Literal["opened", "exists", "open", "not_possible", "none", "foreign", "choose"]
    case: CaseBrief | None
    cases: list[CaseBrief]


class WithdrawOutcome(View):
    outcome: Literal["confirm", "withdrawn", "closed", "none", "foreign", "choose", "kept"]
    case: CaseBrief | None
    cases: list[CaseBrief]


class SurveyOutcome(View):
    """`next` is the step to ask now; `second_case` is set when a linked second complaint was opened."""

    next: Literal["solved", "score", "words", "again", "done"]
    understood: bool
    second_case: UUID | None
    second_number: str | None
