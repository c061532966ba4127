from datetime import datetime
from typing import Any
from uuid import UUID

from casebackend.api.base import View


class AuditEntryView(View):
    """One line; `detail` holds no personal data. `address` and `roles` (separated by commas) are of the request in
    which it was written, null where there was none."""

    id: UUID
    chain: str
    seq: int
    at: datetime
    actor: str
    event: str
    object: str
    detail: dict[str, Any]
    address: str | None
    roles: str | None


class AuditPage(View):
    items: list[AuditEntryView]
    next: str | None = None
