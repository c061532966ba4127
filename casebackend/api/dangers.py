"""Rules of what is heard in the words of customers, and how the bot judged each of them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View

Phrase = Annotated[str, Field(min_length=2, max_length=30)]


class DangerRuleView(View):
    """`state`: approved, proposed or refused. `number`: its place among the approved versions of its code;
    `based_on`: the last of these when it was proposed. `in_force`: it holds today."""

    id: UUID
    code: str
    kind: str
    use: str
    says: str
    patterns: list[str]
    phrases: list[str]
    text: str | None
    severity: str | None
    handoff: str | None
    at_words: int
    at_turns: int
    within_hours: int
    effective_from: date
    effective_until: date | None
    source: str
    state: str
    reviewed_by: str | None
    reviewed_on: date | None
    proposed_by_name: str | None
    decided_by_name: str | None
    number: int
    based_on: int
    in_force: bool = False


class DangerRulePage(View):
    """`next` is the cursor of the following page."""

    items: list[DangerRuleView]
    next: str | None


class ProposeDangerRule(Command):
    """A new version of a rule from a day on. `phrases`: all its plain words; what is left out stays as it is.
    `based_on`: the number of the version that was read; where another one has come to hold since, the proposal is
    refused."""

    code: str = Field(min_length=1, max_length=40)
    phrases: list[Phrase] | None = Field(default=None, max_length=60)
    at_words: int | None = Field(default=None, ge=0, le=20)
    at_turns: int | None = Field(default=None, ge=0, le=20)
    within_hours: int | None = Field(default=None, ge=1, le=720)
    effective_from: date
    effective_until: date | None = None
    based_on: int | None = Field(default=None, ge=0)
    source: str = Field(min_length=2, max_length=500)


class DecideDangerRule(Command):
    approve: bool


class Judgement(View):
    """Of one message of a customer, without its words. `confidence`: 0..1, as the bot was sure; `decision`: the first
    thing that it did; `heard_by`: codes of the rules; `called_for`: why a person was called by it."""

    conversation_id: UUID
    seq: int
    at: datetime
    asked: str | None
    engine: str | None
    purpose: str | None
    confidence: float | None
    decision: str | None
    danger: str | None
    stirred: str | None
    severity: str | None
    heard_by: list[str]
    called_for: str | None


class JudgementPage(View):
    """`next` is the cursor of the following page."""

    items: list[Judgement]
    next: str | None
