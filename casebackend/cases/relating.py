"""By what complaints of one customer are found to be about the same matter."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.outbox import service as outbox

TOPIC = "case.related_anew"
OBJECTS = "objects"
RELATING = frozenset({
    "customer_id", "complainant_name", "complainant_phone", "complainant_paper", "unified_code",
    "unit_id", "category_b", "source", "channel", "regulator_number", OBJECTS,
})  # fmt: skip


def changed(session: AsyncSession, case: Case, fields: Collection[str], *, now: datetime) -> None:
    """Somebody looks again for what belongs to this case, where one of these makes a difference."""
    if case.customer_id is not None and RELATING.intersection(fields):
        outbox.emit(session, TOPIC, {"case_id": str(case.id)}, now=now)
