from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View


class HoldReason(Command):
    """Why a legal hold is set or lifted."""

    reason: str = Field(min_length=4, max_length=500, pattern=r"\S")


class TalkHoldView(View):
    """A legal hold on a conversation. Whom the reasons name is masked; without `lifted_at` it stands."""

    id: UUID
    conversation_id: UUID
    reason: str
    set_at: datetime
    set_by_name: str
    lifted_at: datetime | None
    lifted_by_name: str | None
    lift_reason: str | None


class TalkHoldPage(View):
    items: list[TalkHoldView]
    next: str | None


class AddPolicy(Command):
    """How many years after its end a matter of this type is kept, from a day on; `*` is every other type, `talk` a
    file of a conversation of which no case came, `talk_text` what was said in it, counted from the day it was said."""

    matter_type: str = Field(min_length=1, max_length=32)
    years: int = Field(ge=1, le=100)
    keeps_opinions: bool = False
    effective_from: date
    source: str = Field(min_length=2, max_length=500, pattern=r"\S")


class PolicyView(View):
    """`floor`: no row of this type may say less. `keeps_opinions`: colleagues' words in the history stay."""

    id: UUID
    matter_type: str
    years: int
    floor: int
    keeps_opinions: bool
    effective_from: date
    source: str
    evidence: str
    added_at: datetime | None
    added_by: str | None


class PolicyPage(View):
    items: list[PolicyView]
    next: str | None


class ArchivedView(View):
    """`until`: the last day by the type of this case; its family may keep it longer. Nothing goes while one is held."""

    number: str
    matter_type: str
    status: str
    ended_at: datetime
    until: date
    held: bool
    redacted: bool


class ArchivePage(View):
    items: list[ArchivedView]
    next: str | None
