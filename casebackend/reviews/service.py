"""核查: an application in writing, a look by people above who took no part, a decision within its own limit."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reviews import ApplyForReview, MoveReview
from casebackend.calendar.rules import local_date
from casebackend.cases import recusing
from casebackend.cases.fields import protected
from casebackend.cases.filing import noted
from casebackend.cases.model import Case
from casebackend.cases.outcome import aware
from casebackend.cases.service import hold
from casebackend.clocks import service as clocks
from casebackend.clocks.limits import LimitMissing
from casebackend.clocks.queries import limit_on
from casebackend.clocks.rules import REVIEW
from casebackend.database import locked
from casebackend.outbox import service as outbox
from casebackend.preconditions import require_same
from casebackend.reviews import errors, guards, placing, queries, remanding, rules, telling
from casebackend.reviews.model import Review
from casebackend.reviews.rules import Form, Move, Outcome, State
from casebackend.timeline.rules import Kind

APPLY = "review.apply"
TEXTS = ("opinion", "findings_process", "findings_time", "findings_result", "told_proof")


async def apply(
    session: AsyncSession, case_id: UUID, command: ApplyForReview, *, principal: Principal, now: datetime
) -> Review:
    """Every written application is kept, a late one too: somebody above decides about it and tells the customer."""
    case = await hold(session, case_id)
    await recusing.require_unbarred(session, case, principal)
    guards.require_matter(case)
    if case.replied_at is None or case.told_at is None:
        raise errors.NotDecidedYet
    applied_at = aware(command.applied_at) if command.applied_at else now
    if applied_at > now or applied_at < case.told_at.replace(second=0, microsecond=0):
        raise errors.ImpossibleApplication
    if not (command.document if command.form is Form.DOCUMENT else command.confirmed):
        raise errors.NotInWriting
    for known in await queries.of_case(session, case.id):
        if known.decision_told_at == case.told_at:
            raise errors.ReviewKnown(known.number)
    deciding, reviewing = await placing.units_of(session, case)
    review = Review(
        case_id=case.id,
        number=rules.review_number(case.number, await queries.count(session, case.id) + 1),
        applied_at=applied_at,
        decision_told_at=case.told_at,
        form=command.form,
        document=await protected(session, case, command.document) if command.document else None,
        grounds=await protected(session, case, command.grounds),
        late=await _is_late(session, case.told_at, applied_at),
        deciding_unit_id=deciding,
        reviewing_unit_id=reviewing,
        registered_by=principal.actor,
    )
    session.add(review)
    await session.flush()
    await clocks.start(session, review.id, REVIEW, at=applied_at)
    detail: dict[str, object] = {"review": review.number, "late": review.late}
    await noted(session, case, Kind.REVIEW_APPLIED, principal, now=now, opinion=review.grounds, detail=detail)
    outbox.emit(session, "review.applied", {"case_id": str(case.id), "review_id": str(review.id)}, now=now)
    return review


async def _is_late(session: AsyncSession, told_at: datetime, applied_at: datetime) -> bool:
    limit = await limit_on(session, APPLY, local_date(told_at))
    if limit is None:
        raise LimitMissing(APPLY)
    return local_date(applied_at) > local_date(told_at) + timedelta(days=int(limit.amount))


async def move(
    session: AsyncSession,
    review_id: UUID,
    command: MoveReview,
    *,
    version: int | None,
    principal: Principal,
    now: datetime,
) -> Review:
    seen = await queries.visible(session, principal, review_id)
    if seen is None:
        raise errors.ReviewNotFound
    case = await hold(session, seen[1].id)
    review = await locked(session, Review, review_id) or seen[0]
    require_same(version, review.version)
    arrow = rules.LIFECYCLE.get((State(review.state), command.move))
    if arrow is None:
        raise errors.ReviewMoveNotAllowed(State(review.state), command.move)
    await guards.require_reviewer(session, review, case, principal)
    guards.require_fields(command, arrow)
    if command.move is Move.CLOSE and review.notified_at is None:
        raise errors.ReviewUntold
    guards.require_grounds(review, command)
    await _take(session, review, case, command, principal, now)
    if command.move in rules.TELLING and not telling.by_staff(command):
        review.told_proof = await telling.tell(session, review, case, principal, now)
    remands = command.move is Move.NOTIFY and review.outcome == Outcome.REMANDED
    at_once = remands and not await remanding.waits(session, case)
    review.state, review.carried_out_at = arrow.to, now if at_once else review.carried_out_at
    await session.flush()
    if command.move in rules.TELLING:
        await clocks.stop(session, review.id, at=now)
    detail: dict[str, object] = {
        "review": review.number, "move": command.move, "label": rules.MOVES[command.move], "to": review.state,
        "outcome": review.outcome,
    }  # fmt: skip
    said = review.opinion if command.opinion else None
    await noted(session, case, Kind.REVIEW_MOVED, principal, now=now, opinion=said, detail=detail)
    if at_once:
        await remanding.reopen(session, case, review, principal, now)
    payload: dict[str, object] = {"case_id": str(case.id), "review_id": str(review.id), "move": command.move}
    outbox.emit(session, "review.moved", payload, now=now)
    return review


async def _take(
    session: AsyncSession, review: Review, case: Case, command: MoveReview, principal: Principal, now: datetime
) -> None:
    for name in TEXTS:
        text = getattr(command, name)
        if text:
            setattr(review, name, await protected(session, case, text))
    for name in ("reject_reason", "outcome", "told_by"):
        value = getattr(command, name)
        if value is not None and name in rules.LIFECYCLE[State(review.state), command.move].requires:
            setattr(review, name, value)
    if command.move is Move.ACCEPT:
        review.reviewer_id = principal.user_id
    elif command.move is Move.DECIDE:
        review.decided_at = now
    elif command.move is Move.NOTIFY:
        review.notified_at = now
    elif command.move is Move.REJECT:
        review.notified_at = review.closed_at = now
    elif command.move is Move.CLOSE:
        review.closed_at = now
