from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field

from casebackend.api.conversations import Command, View
from casebackend.evidence.rules import Kind


class AddEvidence(Command):
    """`content_base64`: a small file, at most 1.5 MB; a larger one is uploaded to the case first and named by its
    `attachment_id`. `message_id`: a message of the case's own conversation.

    Without either, `source` says where the evidence is kept, e.g. the number of a recording.
    """

    kind: Kind
    title: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)
    received_at: AwareDatetime | None = None
    content_base64: str | None = Field(default=None, max_length=2_000_004)
    message_id: UUID | None = None
    attachment_id: UUID | None = None


class EvidenceView(View):
    """`sha256` is computed by us, over the file or over the text of the message as it is stored."""

    id: UUID
    kind: Kind
    kind_label: str
    title: str
    source: str
    message_id: UUID | None
    attachment_id: UUID | None
    content_type: str | None
    size: int | None
    sha256: str | None
    received_at: datetime
    added_at: datetime
    added_by: str
    has_file: bool


class EvidenceList(View):
    number: str
    items: list[EvidenceView]
    next: str | None = None
