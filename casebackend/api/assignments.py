from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View


class Assign(Command):
    user_id: UUID
    reason: str = Field(min_length=1, max_length=1_000)


class CandidateView(View):
    """`why`: the reasons for the place in the ranking, in words."""

    user_id: UUID
    name: str
    score: int
    why: list[str]


class ExcludedView(View):
    user_id: UUID
    name: str
    reason: str


class CandidatesView(View):
    """Best first. `assignee_id` is who has the case now; `assigned_why` says why."""

    number: str
    assignee_id: UUID | None
    assignee: str | None
    assigned_why: list[str]
    candidates: list[CandidateView]
    excluded: list[ExcludedView]
