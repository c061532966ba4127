"""A customer who complained before: how many times, how it ended, and when last."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.briefs import Earlier, Ending
from casebackend.assist.rules import SEES_EARLIER
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.cases.words import STATUS_LABELS
from casebackend.conversations.model import Conversation

MOST = 500


async def earlier_of(
    session: AsyncSession, conversation: Conversation, case: Case | None, viewer: Principal
) -> Earlier | None:
    """Numbers only, of the units that the reader may look into; None where there are none or it is not his to know."""
    customer = case.customer_id if case and case.customer_id else conversation.customer_id
    if customer is None or not viewer.roles & SEES_EARLIER:
        return None
    scope = await scope_of(session, viewer)
    query = select(Case.status, Case.filed_at).where(
        Case.customer_id == customer,
        Case.id != _id_of(case),
        Case.status.not_in((Status.DRAFT, Status.VOIDED)),
        scope.condition(Case.unit_id, Case.handling_unit_id),
    )
    if case is not None:
        query = query.where(Case.filed_at <= case.filed_at)
    rows = (await session.execute(query.order_by(Case.filed_at.desc()).limit(MOST))).all()
    if not rows:
        return None
    running = sum(Status(status) in OPEN for status, _ in rows)
    ended = Counter(STATUS_LABELS[Status(status)] for status, _ in rows if Status(status) not in OPEN)
    return Earlier(
        count=len(rows),
        open=running,
        endings=[Ending(label=label, count=count) for label, count in ended.most_common()],
        last_on=local_date(rows[0][1]),
    )


def _id_of(case: Case | None) -> UUID:
    return case.id if case else UUID(int=0)
