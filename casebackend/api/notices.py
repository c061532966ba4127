from datetime import datetime
from uuid import UUID

from casebackend.api.base import View


class NoticeView(View):
    """`deliveries`: how mail and SMS went, by channel. `needs_ack`: 知悉 or 改派 is expected. `done_at`:
    since when it asks for nothing any more: it was done, by whomever, or the case has moved on."""

    id: UUID
    kind: str
    title: str
    text: str
    link: str
    level: int
    at: datetime
    read_at: datetime | None
    needs_ack: bool
    acknowledged_at: datetime | None
    done_at: datetime | None = None
    deliveries: dict[str, str]
    version: int


class NoticePage(View):
    items: list[NoticeView]
    next: str | None
    unread: int
