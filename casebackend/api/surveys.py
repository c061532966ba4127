from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View


class RecordSurvey(Command):
    """What became of one call. `answered` needs `solved`; `declined`: reached, and would rather not say. `again`: a
    dissatisfied customer wants it handled once more, as a second complaint."""

    outcome: Literal["answered", "declined", "unreached"]
    solved: bool | None = None
    score: int | None = Field(default=None, ge=1, le=5)
    words: str | None = Field(default=None, max_length=4_000)
    again: bool = False


class SurveyView(View):
    """One round. `attempts` of `most` calls reached nobody; `call_again_on`: not before this day once more."""

    round: int
    state: str
    state_label: str
    asked_at: datetime | None
    done_at: datetime | None
    attempts: int
    most: int
    call_again_on: date | None
    solved: bool | None
    score: int | None
    words: str | None
    second_case: UUID | None
    second_number: str | None


class Surveys(View):
    """`may_record`: whether the reader can write down a call now; `may_ask_again`: whether a second complaint could
    follow it; `low`: the highest score that counts as dissatisfied today."""

    rounds: list[SurveyView]
    may_record: bool
    may_ask_again: bool
    low: int
