from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View
from casebackend.attachments.rules import Kind, Origin, Scan
from casebackend.conversations.rules import Channel


class RemoveAttachment(Command):
    reason: str = Field(min_length=1, max_length=200, pattern=r"\S")


class AttachmentView(View):
    """`sha256` is ours, over the bytes as received. `openable`: the file may be downloaded now. `step`: the status the
    case had when it was added; null for what a customer sent before there was a case."""

    id: UUID
    version: int
    kind: Kind
    kind_label: str
    origin: Origin
    origin_label: str
    step: str | None
    step_label: str | None
    name: str
    content_type: str
    size: int
    sha256: str
    scan: Scan
    scan_label: str
    openable: bool
    purged: bool
    has_preview: bool
    message_id: UUID | None
    added_at: datetime
    added_by: str


class AttachmentList(View):
    number: str
    items: list[AttachmentView]
    next: str | None = None


class MediaKept(View):
    """What a channel puts into `Media.reference` of the message that the file came with."""

    reference: str
    content_type: str
    size: int
    sha256: str


class ClaimMedia(Command):
    channel: Channel


class MediaDutyView(View):
    """A medium to be fetched from its platform: `reference` is the platform's own."""

    id: UUID
    channel: Channel
    kind: str
    reference: str


class MediaLost(Command):
    """`for_good`: the platform does not have it any more; else it is tried again later."""

    reason: str = Field(max_length=80)
    for_good: bool = False


class TurnOfCall(View):
    """Milliseconds from the start of the recording."""

    place: int
    speaker: str
    text: str
    start_ms: int
    end_ms: int


class RecordingView(View):
    """`may_play`: the reader's unit holds the case, or heard it first. `expires_at`: when that ends, if it does."""

    attachment: AttachmentView
    call_id: UUID
    started_at: datetime | None
    duration_ms: int | None
    may_play: bool
    expires_at: datetime | None
    turns: list[TurnOfCall]


class RecordingList(View):
    number: str
    items: list[RecordingView]
    next: str | None = None


class RecordingKept(View):
    attachment_id: UUID
    call_id: UUID
    sha256: str
    duration_ms: int | None
