"""变更申请: what a department, or whoever found an entry wrong, wants changed; answered by a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import add_working_days, local_date
from casebackend.curation import errors, queries
from casebackend.curation.model import Article, ChangeRequest
from casebackend.curation.rules import ArticleStatus, RequestState
from casebackend.customers.personal import tokenise
from casebackend.database import locked
from casebackend.outbox import service as outbox
from casebackend.policies import service as policies

CHAIN = "knowledge"
DAYS = "knowledge.request_days"


async def request_change(
    session: AsyncSession, article_id: str | None, text: str, basis: str | None, by: Principal, now: datetime
) -> ChangeRequest:
    """Personal values in the text are lost: nobody needs them to correct an entry."""
    if article_id is not None and not await queries.versions(session, article_id):
        raise errors.ArticleUnknown
    assert by.user_id is not None
    today = local_date(now)
    days = int((await policies.values_in_force(session, now))[DAYS])
    made = ChangeRequest(
        article_id=article_id,
        unit_id=by.organisation_id,
        requested_by=by.user_id,
        text=tokenise(text.strip()).text,
        basis=tokenise(basis.strip()).text if basis and basis.strip() else None,
        state=RequestState.OPEN,
        due_on=add_working_days(await calendar_around(session, today), today, days),
        requested_at=now,
        row_version=1,
    )
    session.add(made)
    await session.flush()
    await _noted(session, made, "change_request.filed", by, now)
    outbox.emit(session, "change_request.filed", {"change_request_id": str(made.id)}, now=now)
    return made


async def held(session: AsyncSession, request_id: UUID) -> ChangeRequest:
    found = await locked(session, ChangeRequest, request_id)
    if found is None:
        raise errors.RequestUnknown
    return found


async def decide(
    session: AsyncSession,
    row: ChangeRequest,
    state: RequestState,
    *,
    answer: str | None = None,
    version: tuple[str, int] | None = None,
    by: Principal,
    now: datetime,
) -> None:
    """`row` is held. Done is what a published version answers; what is not done has a reason."""
    if row.state != RequestState.OPEN:
        raise errors.RequestDecided
    if state is RequestState.OPEN or (state is RequestState.REFUSED and not (answer and answer.strip())):
        raise errors.RequestAnswer
    if state is RequestState.DONE:
        await _require_published(session, row, version)
        row.answered_id, row.answered_version = version or (None, None)
    row.state, row.answer = state, tokenise(answer.strip()).text if answer and answer.strip() else None
    row.decided_by, row.decided_at = by.user_id, now
    row.row_version += 1
    await session.flush()
    await _noted(session, row, f"change_request.{state}", by, now)
    outbox.emit(session, "change_request.decided", {"change_request_id": str(row.id)}, now=now)


async def _require_published(session: AsyncSession, row: ChangeRequest, version: tuple[str, int] | None) -> None:
    found = await session.get(Article, version) if version else None
    if found is None or found.status not in (ArticleStatus.PUBLISHED, ArticleStatus.RETIRED):
        raise errors.RequestAnswer
    if row.article_id is not None and row.article_id not in (found.id, found.supersedes):
        raise errors.RequestAnswer


async def _noted(session: AsyncSession, row: ChangeRequest, event: str, by: Principal, now: datetime) -> None:
    detail = {"article_id": row.article_id, "state": row.state, "due_on": row.due_on.isoformat()}
    await audit.record(
        session, chain=CHAIN, event=event, actor=by.actor, object=f"change_request:{row.id}", now=now, detail=detail
    )
