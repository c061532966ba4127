from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.assignments import CandidatesView, CandidateView, ExcludedView
from casebackend.assignments import queries
from casebackend.cases.model import Case
from casebackend.cases.words import EXCLUDED
from casebackend.staff.queries import names


async def candidates(session: AsyncSession, case: Case, *, now: datetime) -> CandidatesView:
    pool = await queries.pool(session, case, now=now)
    holder = case.handler_id or case.assignee_id
    found = await names(session, [holder])
    return CandidatesView(
        number=case.number,
        assignee_id=holder,
        assignee=found.get(holder) if holder else None,
        assigned_why=case.assigned_why,
        candidates=[
            CandidateView(user_id=each.user_id, name=each.name, score=each.score, why=list(each.why))
            for each in pool.ranked
        ],
        excluded=[
            ExcludedView(user_id=user.id, name=user.display_name, reason=EXCLUDED[why]) for user, why in pool.excluded
        ],
    )
