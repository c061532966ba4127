from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.reviews import ReviewView
from casebackend.cases.model import Case
from casebackend.cases.words import ToldBy
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import last_day
from casebackend.customers import service as customers
from casebackend.organisations.queries import tree
from casebackend.reviews import queries
from casebackend.reviews.model import Review
from casebackend.reviews.rules import OUTCOMES, STATES, Form, Move, Outcome, RejectReason, State, moves_from
from casebackend.staff import queries as staff

TEXTS = ("document", "grounds", "findings_process", "findings_time", "findings_result", "opinion", "told_proof")
SAME = ("id", "version", "number", "applied_at", "late", "decided_at", "notified_at", "waits_for_second")


async def views(session: AsyncSession, found: Sequence[tuple[Review, Case]], *, now: datetime) -> list[ReviewView]:
    masks = await customers.masks(session, {case.conversation_id for _, case in found})
    named = await staff.names(session, [review.reviewer_id for review, _ in found])
    names: dict[UUID | None, str] = {key: name for key, name in named.items()}
    units: dict[UUID | None, str] = {unit.id: unit.name for unit in (await tree(session)).units.values()}
    clocks = await queries.clocks_of(session, [review.id for review, _ in found])
    return [
        _view(review, case, masks.get(case.conversation_id, {}), names, units, clocks.get(review.id), now)
        for review, case in found
    ]


def _view(
    review: Review,
    case: Case,
    masks: dict[str, str],
    names: Mapping[UUID | None, str],
    units: Mapping[UUID | None, str],
    timer: Timer | None,
    now: datetime,
) -> ReviewView:
    texts = {name: customers.rendered(text, masks) if (text := getattr(review, name)) else text for name in TEXTS}
    state, outcome = State(review.state), Outcome(review.outcome) if review.outcome else None
    return ReviewView(
        **{name: getattr(review, name) for name in SAME} | texts,
        case_number=case.number,
        state=state,
        state_label=STATES[state],
        form=Form(review.form),
        deciding_unit=units.get(review.deciding_unit_id),
        reviewing_unit=units.get(review.reviewing_unit_id),
        reviewer=names.get(review.reviewer_id),
        reject_reason=RejectReason(review.reject_reason) if review.reject_reason else None,
        outcome=outcome,
        outcome_label=OUTCOMES[outcome] if outcome else None,
        told_by=ToldBy(review.told_by) if review.told_by else None,
        due_on=last_day(timer.due_at) if timer else None,
        derivation=timer.derivation if timer else None,
        overdue=timer is not None and (timer.stopped_at or now) >= timer.due_at,
        allowed=[each for each in moves_from(state) if each is not Move.CLOSE or review.notified_at is not None],
    )
