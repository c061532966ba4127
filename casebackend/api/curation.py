from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.base import Command, View
from casebackend.curation.rules import ArticleStatus, RequestState, Step

type Kind = Literal["法规", "监管文件", "行内制度", "业务知识", "典型案例", "话术", "疑难解答"]


class EditArticle(Command):
    """What is not named stays as it was; null clears what may be empty. A draft may be as incomplete as it likes."""

    kind: Kind | None = None
    branch: str | None = Field(default=None, max_length=80)
    title: str | None = Field(default=None, max_length=200)
    text: str | None = Field(default=None, max_length=20_000)
    questions: list[str] | None = Field(default=None, max_length=60)
    reply: str | None = Field(default=None, max_length=4_000)
    links: list[str] | None = Field(default=None, max_length=40)
    supersedes: str | None = Field(default=None, max_length=120)
    clause: str | None = Field(default=None, max_length=80)
    source: str | None = Field(default=None, max_length=300)
    basis: str | None = Field(default=None, max_length=2_000)
    evidence: Literal["A", "B", "C"] | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    audience: Literal["external", "internal"] | None = None
    unit_id: UUID | None = None

    def fields(self) -> dict[str, Any]:
        """As sent; null only where an entry may have nothing."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None or name in MAY_BE_EMPTY}


MAY_BE_EMPTY = frozenset({"reply", "supersedes", "clause", "basis", "evidence", "effective_to", "unit_id"})


class DraftArticle(EditArticle):
    """With `id` a new version of that entry, copied from the last published one; without it a new entry."""

    id: str | None = Field(default=None, max_length=120, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")


class TakeStep(Command):
    """`publish_at` belongs to `schedule`; `on` to `retire`: the first day on which the entry is out of force."""

    step: Step
    opinion: str | None = Field(default=None, max_length=2_000)
    publish_at: AwareDatetime | None = None
    on: date | None = None


class MergeArticle(Command):
    """The entry whose questions this draft takes and which it replaces when it is published."""

    other: str = Field(min_length=1, max_length=120)


class StepView(View):
    step: Step
    step_label: str
    by: str | None
    at: datetime
    opinion: str | None


class ArticleSummary(View):
    id: str
    version: int
    row_version: int
    status: ArticleStatus
    status_label: str
    kind: str
    branch: str
    title: str
    audience: str
    unit_id: UUID | None
    unit: str | None
    author: str | None
    effective_from: date
    effective_to: date | None
    publish_at: datetime | None
    published_at: datetime | None


class ArticlePage(View):
    items: list[ArticleSummary]
    next: str | None


class MatchView(View):
    """Another entry that answers the same question, or nearly; `share` of the character pairs, 0..1."""

    question: str
    other_question: str
    other_id: str
    other_version: int
    other_title: str
    other_text: str
    share: float


class ArticleView(ArticleSummary):
    """`conflicts` keep it from being submitted or published; `near` may be merged."""

    text: str
    questions: list[str]
    reply: str | None
    links: list[str]
    supersedes: str | None
    clause: str | None
    source: str
    basis: str | None
    evidence: str | None
    origin: str
    steps: list[StepView]
    may: list[Step]
    conflicts: list[MatchView]
    near: list[MatchView]


class AskChange(Command):
    """Without `article_id` it is about something that no entry says yet."""

    article_id: str | None = Field(default=None, max_length=120)
    text: str = Field(min_length=4, max_length=2_000, pattern=r"\S")
    basis: str | None = Field(default=None, max_length=2_000)


class DecideChange(Command):
    """Done names the published version that answers it; refused says why."""

    state: Literal["done", "refused"]
    answer: str | None = Field(default=None, max_length=2_000)
    article_id: str | None = Field(default=None, max_length=120)
    version: int | None = Field(default=None, ge=1)


class ChangeRequestView(View):
    id: UUID
    article_id: str | None
    title: str | None
    unit: str | None
    requested_by: str
    requested_at: datetime
    text: str
    basis: str | None
    state: RequestState
    state_label: str
    due_on: date
    overdue: bool
    answer: str | None
    answered_id: str | None
    answered_version: int | None
    row_version: int


class ChangeRequestPage(View):
    items: list[ChangeRequestView]
    next: str | None


class ImpactView(View):
    """An open case or conversation that cites a version which is no longer the last word, or a canned reply that was
    made from it: of a personal one nobody but its owner learns the words."""

    id: UUID
    article_id: str
    version: int
    case_id: UUID | None
    conversation_id: UUID | None
    reply_id: UUID | None
    noted_at: datetime
    reviewed_at: datetime | None
    row_version: int


class AffectedView(View):
    """What a version would leave behind once it is published, or once it is withdrawn where it is published: how many
    open cases, and the numbers of those that the reader may see; and how many canned replies were made from it."""

    cases: int
    numbers: list[str]
    replies: int


class ImpactPage(View):
    items: list[ImpactView]
    next: str | None
