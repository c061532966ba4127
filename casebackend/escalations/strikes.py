"""What follows from strikes of clocks: a whole batch of them is looked at again, told and noted in few statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit.model import AuditHead
from casebackend.bulk import write_rows
from casebackend.cases.filing import noted_together
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.cases.turns import unit_in_charge
from casebackend.clocks import service as clocks
from casebackend.clocks.jobs import wanted
from casebackend.clocks.model import Timer
from casebackend.clocks.reminders import Reminding, Strike
from casebackend.clocks.rules import SUSPENSION
from casebackend.escalations import of_reviews
from casebackend.escalations.queries import acquainted, receivers
from casebackend.escalations.rules import highest_for_each
from casebackend.escalations.service import until, word
from casebackend.notices.service import Telling, rows_of, unsaid
from casebackend.reviews.model import Review
from casebackend.reviews.queries import of_clock as review_of_clock
from casebackend.timeline.rules import Kind

WORDS = {
    Reminding.NEAR_DUE: (Kind.NEAR_DUE, "staff_near_due"),
    Reminding.OVERDUE: (Kind.OVERDUE, "staff_overdue"),
    Reminding.ESCALATION: (Kind.ESCALATED, "staff_escalated"),
}
# A case that waits for an appraisal has no limit that anybody could keep: the words say what to do.
OF_SUSPENSION = {Reminding.NEAR_DUE: "staff_expected_back", Reminding.OVERDUE: "staff_still_suspended"}
TIMER = "timer:"


@dataclass(frozen=True, slots=True)
class Struck:
    """Of one message: the levels that have come since `told`. A clock of a review (核查) is about its complaint."""

    case: Case
    review: Review | None
    timer: Timer
    told: int
    level: int


async def on_strikes(session: AsyncSession, payloads: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """A clock may have been stopped since it struck; then nobody is bothered."""
    struck = [each for each in await _held(session, payloads) if each.timer.stopped_at is None]
    people = await acquainted(session, {id for each in struck for id in _having(each.case)})
    tellings: list[list[Telling]] = []
    come: list[list[Strike]] = []
    for each in struck:
        plan = await clocks.strikes_of(session, each.timer)
        overdue = now >= each.timer.due_at
        come.append(wanted([one for one in plan if each.told < one.level <= each.level], overdue=overdue))
        handler = "、".join(people[id].display_name for id in _having(each.case) if id in people) or "尚无承办人"
        tellings.append([await _telling(session, each, strike, handler, now) for strike in highest_for_each(come[-1])])
    fresh = await unsaid(session, [telling for some in tellings for telling in some])
    if not fresh:
        return
    heard = {telling.word.cause for telling in fresh}
    notes = [
        (each.case, *_noted(each, strikes))
        for each, strikes, some in zip(struck, come, tellings, strict=True)
        if any(telling.word.cause in heard for telling in some)
    ]
    rows = await rows_of(session, fresh, now=now) + await noted_together(session, notes, now=now)
    await write_rows(session, rows, replacing=[AuditHead])


async def _held(session: AsyncSession, payloads: Sequence[Mapping[str, Any]]) -> list[Struck]:
    """The cases are locked in one order, whatever the order of the messages."""
    ids = {UUID(payload["case_id"]) for payload in payloads}
    query = select(Case).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()
    found = await session.scalars(query.execution_options(populate_existing=True))
    cases: dict[UUID, Case] = {case.id: case for case in found}
    reviews = {clock_of: await review_of_clock(session, clock_of) for clock_of in sorted(ids - cases.keys())}
    for clock_of, review in reviews.items():
        cases[clock_of] = await hold(session, review.case_id if review else clock_of)
    timers = await _timers(session, {UUID(payload["timer_id"]) for payload in payloads})
    struck = []
    for payload in payloads:
        clock_of, timer = UUID(payload["case_id"]), timers[UUID(payload["timer_id"])]
        level = int(payload.get("level", timer.level))
        struck.append(Struck(cases[clock_of], reviews.get(clock_of), timer, int(payload.get("told", 0)), level))
    return struck


async def _timers(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Timer]:
    found = await session.scalars(select(Timer).where(Timer.id.in_(ids)).execution_options(populate_existing=True))
    return {timer.id: timer for timer in found}


def _having(case: Case) -> list[UUID]:
    return list(dict.fromkeys(id for id in (case.handler_id, case.assignee_id) if id is not None))


def _noted(struck: Struck, strikes: Sequence[Strike]) -> tuple[Kind, dict[str, object]]:
    timer, kinds = struck.timer, [each.kind for each in strikes]
    kind = WORDS[Reminding.OVERDUE if Reminding.OVERDUE in kinds else kinds[-1]][0]
    return kind, {"clock": timer.kind, "seq": timer.seq, "level": struck.level, "derivation": timer.derivation}


async def _telling(session: AsyncSession, struck: Struck, strike: Strike, handler: str, now: datetime) -> Telling:
    (kind, template), case, timer = WORDS[strike.kind], struck.case, struck.timer
    if timer.kind == SUSPENSION:
        template = OF_SUSPENSION.get(strike.kind, template)
    said = word(
        case,
        template,
        f"{kind}:{timer.id}:{strike.level}",
        kind,
        {"clock": timer.label, "due": until(timer.due_at), "level": strike.level, "handler": handler},
        about=f"{TIMER}{timer.id}",
        level=strike.level,
        needs_ack=strike.kind is Reminding.ESCALATION,
    )
    if struck.review is not None:
        above = await of_reviews.receivers(session, case, struck.review, strike.to, now=now)
        return Telling(said, above, struck.review.reviewing_unit_id)
    return Telling(said, await receivers(session, case, strike.to, now=now), unit_in_charge(case))


async def still_running(session: AsyncSession, about: Collection[str]) -> set[str]:
    """Asked before mail or SMS leaves: which of these still hold."""
    ids = {UUID(each.removeprefix(TIMER)) for each in about if each.startswith(TIMER)}
    running = await session.scalars(select(Timer.id).where(Timer.id.in_(ids), Timer.stopped_at.is_(None)))
    return {each for each in about if not each.startswith(TIMER)} | {f"{TIMER}{id}" for id in running}
