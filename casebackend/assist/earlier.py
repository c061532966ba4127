"""A customer who complained before, in whatever channel and at whatever branch: how many times, how it ended, and
when last. Numbers only."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.briefs import Earlier, Ending
from casebackend.assist.rules import SEES_EARLIER
from casebackend.calendar.rules import local_date
from casebackend.cases.choices import CHOICES
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.cases.words import STATUS_LABELS, Satisfaction
from casebackend.conversations.model import Conversation
from casebackend.customers.same import same_person

MOST = 500
WITHOUT_RESULT = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.MERGED})
UNDECIDED = "未认定"


async def earlier_of(
    session: AsyncSession, conversation: Conversation, case: Case | None, viewer: Principal
) -> Earlier | None:
    """None where there are none or it is not the reader's to know."""
    customer = case.customer_id if case and case.customer_id else conversation.customer_id
    if customer is None or not viewer.roles & SEES_EARLIER:
        return None
    query = select(Case.status, Case.validity, Case.satisfaction, Case.filed_at).where(
        Case.customer_id.in_(same_person(customer)),
        Case.id != _id_of(case),
        Case.status.not_in((Status.DRAFT, Status.VOIDED)),
    )
    if case is not None:
        query = query.where(Case.filed_at <= case.filed_at)
    rows = (await session.execute(query.order_by(Case.filed_at.desc()).limit(MOST))).all()
    if not rows:
        return None
    ended = [(Status(status), validity) for status, validity, _, _ in rows if Status(status) not in OPEN]
    results = Counter(_result(status, validity) for status, validity in ended)
    return Earlier(
        count=len(rows),
        open=len(rows) - len(ended),
        endings=[Ending(label=label, count=count) for label, count in results.most_common()],
        unsatisfied=sum(satisfaction == Satisfaction.UNSATISFIED for _, _, satisfaction, _ in rows),
        last_on=local_date(rows[0][3]),
    )


def _result(status: Status, validity: str | None) -> str:
    if status in WITHOUT_RESULT:
        return STATUS_LABELS[status]
    return CHOICES["validity"].get(validity or "", UNDECIDED)


def _id_of(case: Case | None) -> UUID:
    return case.id if case else UUID(int=0)
