from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.candidates import (
    BeforeView,
    CandidateRow,
    CandidateView,
    MaskedView,
    NearView,
    ReplacedView,
    TopicView,
)
from casebackend.attachments.holds import is_held
from casebackend.candidates import queries, service
from casebackend.candidates.masking import masked
from casebackend.candidates.model import Candidate
from casebackend.candidates.near import Near
from casebackend.candidates.queries import Topic
from casebackend.candidates.rules import REFUSAL_LABELS, RESULTS, STATE_LABELS, Refusal, State, rare
from casebackend.cases.model import Case
from casebackend.staff.model import User


def outcome_of(row: Candidate) -> str:
    return RESULTS.get(row.outcome or "", "未认定")


def topic_view(topic: Topic) -> TopicView:
    return TopicView(
        topic=topic.topic,
        category=topic.category,
        cause=topic.cause,
        count=topic.count,
        waiting=topic.waiting,
        last_seen=topic.last_seen,
    )


def row_view(row: Candidate) -> CandidateRow:
    return CandidateRow(
        id=row.id,
        topic=row.topic,
        category=row.category,
        cause=row.cause,
        state=row.state,
        state_label=STATE_LABELS[State(row.state)],
        facts=row.facts,
        outcome=outcome_of(row),
        days=row.days,
        replaced=row.report["total"],
        made_at=row.made_at,
    )


async def view(session: AsyncSession, row: Candidate, reader: Principal, *, now: datetime) -> CandidateView:
    is_rare = rare(service.combination(row), await queries.held_by(session), await queries.k_of(session, now))
    case = await queries.case_before(session, row, reader)
    before = BeforeView(number=case.number, **service.texts_of(case)) if case is not None else None
    by = select(User.display_name).where(User.id == row.decided_by)
    return CandidateView(
        **row_view(row).model_dump(exclude={"replaced"}),
        demand=row.demand,
        result=row.result,
        amount_band=row.amount_band or None,
        compensation_band=row.compensation_band,
        unit=await queries.shown_unit(session, row, is_rare=is_rare),
        month=None if is_rare else row.month,
        rare=is_rare,
        held=await is_held(session, row.case_id),
        replaced=[ReplacedView(**each) for each in row.report["items"]],
        before=before,
        masked=await _masked(session, row),
        decided_by=await session.scalar(by) if row.decided_by else None,
        decided_at=row.decided_at,
        refusal_label=REFUSAL_LABELS[Refusal(row.refusal)] if row.refusal else None,
        reason=row.reason,
        article_id=row.article_id,
        version=row.row_version,
    )


async def _masked(session: AsyncSession, row: Candidate) -> MaskedView | None:
    case = await session.get(Case, row.case_id) if row.case_id is not None else None
    if case is None:
        return None
    places = row.report.get("places", {})
    texts = {
        name: masked(text, getattr(row, name), places.get(name, ())) for name, text in service.texts_of(case).items()
    }
    known = {name: text for name, text in texts.items() if text is not None}
    return MaskedView(**known) if len(known) == len(texts) else None


def near_view(each: Near) -> NearView:
    return NearView(
        article_id=each.article.id,
        version=each.article.version,
        title=each.article.title,
        kind=each.article.kind,
        score=round(each.score, 2),
        alike=each.alike,
        duplicate=each.duplicate,
        contradicts=each.contradicts,
    )
