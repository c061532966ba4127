"""What customers ask about their own cases, and what they are answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import View
from casebackend.api.pickups import CaseDetails


class CaseBrief(View):
    """What a customer may read of an own case. `stage` and `next_step` are words to the customer."""

    number: str
    stage: str
    unit: str | None
    promised_on: date | None
    promised_hour: str | None = None
    next_step: str
    filed_at: datetime


class Progress(View):
    """`foreign`: the message names a number that is not an own case; nothing about it is told (需核实身份).
    `cases` are a page of `total`, and begin with the one at place `first`, counted from 1.

    `unproved`, here and as an outcome: it was registered in this chat, of which only the browser is known, so a code to
    the phone on file comes first (`BeginIdentity.here`)."""

    cases: list[CaseBrief]
    foreign: bool
    first: int = 1
    total: int = 0
    unproved: bool = False


class UrgeOutcome(View):
    """`case` is the one urged; with several open cases and none named, `cases` holds the choice.

    `second_offered`: the case is closed, and a second complaint may follow it.
    """

    outcome: Literal["urged", "too_soon", "closed", "none", "foreign", "unproved", "choose"]
    case: CaseBrief | None
    cases: list[CaseBrief]
    second_offered: bool = False


class SecondOutcome(View):
    """`case` is the second complaint just opened, or the one that was there; `cases` holds the choice.

    `reason`: about `case`, the closed one, the customer has not said yet what is wrong. `dropped`: no second one after
    all. `review_days`: the answer was that of a branch, and its superior may be asked in writing within so many days.
    """

    outcome: Literal[
        "opened", "exists", "open", "not_possible", "none", "foreign", "unproved", "choose", "reason", "dropped"
    ]
    case: CaseBrief | None
    cases: list[CaseBrief]
    review_days: int | None = None


class SupplementOutcome(View):
    """`case` is the one it was added to (`added`), or to which the customer may add now (`ask`: nothing was told yet).
    `draft`: nothing is open, and a complaint is being filled in. `ended`: there is nothing more to add."""

    outcome: Literal["added", "ask", "ended", "choose", "closed", "draft", "none", "foreign", "unproved"]
    case: CaseBrief | None = None
    cases: list[CaseBrief] = Field(default_factory=list)
    second_offered: bool = False


class Likeness(View):
    """Own complaints about the same thing or in much the same words, made not long before this draft; empty when there
    are none, or when the customer has chosen already. Of one that a code has to open first `stage` and `next_step`
    are empty."""

    cases: list[CaseBrief]


class LikenessChoice(View):
    """What the customer wants: `case` is the earlier complaint it went to. `unclear` and `choose` ask again;
    `unproved`: 补充 or 催办 takes a code to the phone on file first."""

    outcome: Literal["supplement", "urge", "too_soon", "new", "closed", "choose", "unclear", "none", "unproved"]
    case: CaseBrief | None = None
    cases: list[CaseBrief] = Field(default_factory=list)


class OwnDetails(View):
    """`level`: the level `needs` has to be shown first. `foreign`: it is not for the one whom it has confirmed."""

    outcome: Literal["shown", "level", "choose", "none", "foreign"]
    needs: int | None = None
    number: str | None = None
    details: CaseDetails | None = None
    cases: list[CaseBrief] = Field(default_factory=list)


class ContactOutcome(View):
    """`ask`: the message names no new number. `phone`: the new one, masked. `level`: identity level 2 comes first;
    `foreign`: the complaint is not of the one whom core banking has confirmed."""

    outcome: Literal["changed", "same", "ask", "level", "none", "foreign"]
    phone: str | None = None


class WithdrawOutcome(View):
    """`level`: it was made for somebody else, so identity level 2 comes first. `proxy`: so was the `unproved` one."""

    outcome: Literal["confirm", "withdrawn", "closed", "none", "foreign", "unproved", "level", "choose", "kept"]
    case: CaseBrief | None
    cases: list[CaseBrief]
    proxy: bool = False


class SurveyOutcome(View):
    """`next` is the step to ask now; `second_case` is set when a linked second complaint was opened. `kept`: more was
    told than an answer, and goes with the answers. `called`: whether it is to be handled again was not understood; the
    customer has been told that a colleague asks; `unsettled`: nobody can ask him, and he has been told how to
    ask for it himself."""

    next: Literal["solved", "score", "words", "again", "done"]
    understood: bool
    kept: bool = False
    called: bool = False
    unsettled: bool = False
    second_case: UUID | None
    second_number: str | None
