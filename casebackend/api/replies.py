from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from casebackend.api.base import Command, View
from casebackend.api.values import without_controls
from casebackend.replies.rules import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, Reach, Target


class WriteReply(Command):
    """A wording with the variables of ready replies in braces; nothing of one customer, no promise, no admission.

    `article_id`, `article_version`: the entry of the knowledge that it was made from, or was compared with again;
    without them what was known before stays."""

    title: str = Field(min_length=2, max_length=LONGEST_TITLE, pattern=r"\S")
    text: str = Field(min_length=2, max_length=LONGEST_TEXT, pattern=r"\S")
    article_id: str | None = Field(default=None, max_length=120, pattern=r"^[0-9a-z-]+$")
    article_version: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.article_id is None) != (self.article_version is None):
            raise ValueError("an entry is named with its version")
        return self

    _words = field_validator("title", "text", mode="before")(without_controls)


class DecideReply(Command):
    """About the version that waits, by somebody who leads and did not write it. A refusal says why."""

    decision: Literal["approved", "refused"]
    opinion: str | None = Field(default=None, min_length=2, max_length=LONGEST_REASON, pattern=r"\S")

    _words = field_validator("opinion", mode="before")(without_controls)

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.decision == "refused" and self.opinion is None:
            raise ValueError("a refusal says why")
        return self


class RetireReply(Command):
    reason: str = Field(min_length=2, max_length=LONGEST_REASON, pattern=r"\S")

    _words = field_validator("reason", mode="before")(without_controls)


class UseReply(Command):
    """Which wording was put where. `id`: of the canned reply, or of the entry of a script. `case`: the number of the
    case that is open, where the conversation has several."""

    reach: Reach
    id: str = Field(min_length=1, max_length=120, pattern=r"^[0-9a-z-]+$")
    version: int = Field(ge=1)
    target: Target
    case: str | None = Field(default=None, max_length=40, pattern=r"^[0-9A-Za-z-]+$")


class UsedReply(View):
    use_id: UUID


class ReplyVersionView(View):
    number: int
    title: str
    text: str
    state: str
    state_label: str
    author: str
    written_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    opinion: str | None


class OwnReplyView(View):
    """`number`: the version in use. `uses`: how often it was put into an answer. `article_id`, `article_version`: what
    it was made from; `newest`: the last published version of that, none where it holds no more."""

    id: UUID
    title: str
    text: str
    number: int
    article_id: str | None
    article_version: int | None
    newest: int | None
    uses: int
    changed_at: datetime
    version: int


class TeamReplyView(View):
    """`number`: the version in use, none before the first approval; `pending`: the version that waits for a lead, with
    its words and its author."""

    id: UUID
    unit_id: UUID
    unit: str
    title: str
    text: str
    state: str
    state_label: str
    number: int | None
    uses: int
    pending: ReplyVersionView | None
    article_id: str | None
    article_version: int | None
    newest: int | None
    reason: str | None
    changed_at: datetime
    version: int


class OwnReply(OwnReplyView):
    versions: list[ReplyVersionView]


class TeamReply(TeamReplyView):
    versions: list[ReplyVersionView]


class OwnReplyPage(View):
    """What was changed last stands first; `next` is the cursor of the following page."""

    items: list[OwnReplyView]
    next: str | None


class TeamReplyPage(View):
    items: list[TeamReplyView]
    next: str | None


class OfferedReply(View):
    """`text` holds the facts of the case; while something is `missing` or it is `blocked` it may not be inserted.
    `in_form`: for a field of the written answer, without greeting and remedies. `outdated`: the entry that it was made
    from has a newer version, and nobody has compared it since."""

    reach: str
    reach_label: str
    id: str
    version: int
    title: str
    text: str
    in_form: str
    missing: list[str]
    blocked: str | None
    outdated: str | None
    uses: int


class OfferedReplies(View):
    """Few: what fits best and is used most stands first. `more`: how many fit besides."""

    replies: list[OfferedReply]
    more: int
