"""What colleagues are shown of the work on the knowledge: lists by page, one version, requests, what is affected."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.curation import (
    ArticleSummary,
    ArticleView,
    ChangeRequestView,
    MatchView,
    StepView,
)
from casebackend.calendar.rules import local_date
from casebackend.curation import gate, keeping, publishing, queries, steps
from casebackend.curation.entries import FIELDS
from casebackend.curation.model import Article, ChangeRequest, Impact
from casebackend.curation.rules import (
    OPEN,
    REQUEST_NAMES,
    STATUS_NAMES,
    STEP_NAMES,
    ArticleStatus,
    RequestState,
    Step,
)
from casebackend.errors import DomainError
from casebackend.organisations.model import Organisation
from casebackend.paging import PAGE, beyond, count, cursor_of, moment, read_cursor
from casebackend.staff.queries import names


async def page(
    session: AsyncSession,
    *,
    status: ArticleStatus | None = None,
    author_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[Article], str | None]:
    """The newest first; without a status, what is under way."""
    query = select(Article).where(Article.status == status if status else Article.status.in_(OPEN))
    if author_id is not None:
        query = query.where(Article.author_id == author_id)
    order: Any = (Article.imported_at, Article.id, Article.version)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, str, count)), descending=True))
    rows = await session.scalars(query.order_by(*(each.desc() for each in order)).limit(limit + 1))
    found = list(rows)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of([last.imported_at.isoformat(), last.id, last.version]) if last else None


async def summaries(session: AsyncSession, rows: Sequence[Article]) -> list[ArticleSummary]:
    known = await names(session, (row.author_id for row in rows))
    units = await keeping.names(session, [row.unit_id for row in rows])
    return [ArticleSummary(**_summary(row, known, units)) for row in rows]


def _summary(row: Article, known: dict[UUID, str], units: dict[UUID, str]) -> dict[str, Any]:
    status = ArticleStatus(row.status)
    return {
        "id": row.id, "version": row.version, "row_version": row.row_version, "status": status,
        "status_label": STATUS_NAMES[status], "kind": row.kind, "branch": row.branch, "title": row.title,
        "audience": row.audience, "author": known.get(row.author_id) if row.author_id else None,
        "unit_id": row.unit_id, "unit": units.get(row.unit_id) if row.unit_id else None,
        "effective_from": row.effective_from, "effective_to": row.effective_to, "publish_at": row.publish_at,
        "published_at": row.published_at,
    }  # fmt: skip


async def view(session: AsyncSession, row: Article, reader: Principal, *, now: datetime) -> ArticleView:
    done = await queries.steps(session, row.id, row.version)
    known = await names(session, (row.author_id, *(step.user_id for step in done)))
    under_way = row.status in OPEN
    return ArticleView(
        **_summary(row, known, await keeping.names(session, [row.unit_id])),
        **{name: getattr(row, name) for name in FIELDS if name not in ArticleSummary.model_fields},
        origin=row.origin,
        steps=[
            StepView(
                step=Step(step.step), step_label=STEP_NAMES[Step(step.step)], at=step.at, opinion=step.opinion,
                by=known.get(step.user_id) if step.user_id else None,
            )
            for step in done
        ],
        may=await may(session, row, reader),
        conflicts=[match_view(each) for each in await publishing.clashes(session, row, now=now)] if under_way else [],
        near=[match_view(each) for each in await publishing.near(session, row, now=now)] if under_way else [],
    )  # fmt: skip


async def may(session: AsyncSession, row: Article, reader: Principal) -> list[Step]:
    """What this reader may do with it, in the order of the table."""
    found = []
    for step in Step:
        try:
            await steps.require_may(session, row, step, reader)
        except DomainError:
            continue
        found.append(step)
    return found


def match_view(match: gate.Match) -> MatchView:
    return MatchView(
        question=match.question, other_question=match.other_question, other_id=match.other.id,
        other_version=match.other.version, other_title=match.other.title, other_text=match.other.text,
        share=round(match.share, 3),
    )  # fmt: skip


async def requests(
    session: AsyncSession,
    *,
    state: RequestState | None = None,
    unit_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[ChangeRequest], str | None]:
    """The most urgent first. `unit_id`: asked by this department, or about what it keeps."""
    query = select(ChangeRequest)
    if state is not None:
        query = query.where(ChangeRequest.state == state)
    if unit_id is not None:
        kept = select(Article.id).where(Article.unit_id == unit_id)
        query = query.where(or_(ChangeRequest.unit_id == unit_id, ChangeRequest.article_id.in_(kept)))
    order: Any = (ChangeRequest.due_on, ChangeRequest.id)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (date.fromisoformat, UUID)), descending=False))
    found = list(await session.scalars(query.order_by(*order).limit(limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of([last.due_on.isoformat(), last.id]) if last else None


async def request_views(
    session: AsyncSession, rows: Sequence[ChangeRequest], *, now: datetime
) -> list[ChangeRequestView]:
    people = await names(session, (row.requested_by for row in rows))
    units = await unit_names(session, {row.unit_id for row in rows if row.unit_id})
    titles = await queries.titles(session, {row.article_id for row in rows if row.article_id})
    today = local_date(now)
    return [
        ChangeRequestView(
            id=row.id, article_id=row.article_id, title=titles.get(row.article_id or ""), text=row.text,
            unit=units.get(row.unit_id) if row.unit_id else None, requested_by=people.get(row.requested_by, "—"),
            requested_at=row.requested_at, basis=row.basis, state=RequestState(row.state),
            state_label=REQUEST_NAMES[RequestState(row.state)], due_on=row.due_on,
            overdue=row.state == RequestState.OPEN and row.due_on < today, answer=row.answer,
            answered_id=row.answered_id, answered_version=row.answered_version, row_version=row.row_version,
        )
        for row in rows
    ]  # fmt: skip


async def unit_names(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    rows = await session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {id: name for id, name in rows}


async def impacts(
    session: AsyncSession,
    *,
    article_id: str | None = None,
    reviewed: bool | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[Impact], str | None]:
    """The newest first."""
    query = select(Impact)
    if article_id is not None:
        query = query.where(Impact.article_id == article_id)
    if reviewed is not None:
        query = query.where(Impact.reviewed_at.is_not(None) if reviewed else Impact.reviewed_at.is_(None))
    order: Any = (Impact.noted_at, Impact.id)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, UUID)), descending=True))
    found = list(await session.scalars(query.order_by(*(each.desc() for each in order)).limit(limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of([last.noted_at.isoformat(), last.id]) if last else None
