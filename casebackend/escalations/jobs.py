"""What follows from a strike of a clock, an urge, or a case that nobody receives. Each looks again before it speaks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.filing import SYSTEM, noted
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.service import hold
from casebackend.clocks import service as clocks
from casebackend.clocks.jobs import wanted
from casebackend.clocks.model import Timer
from casebackend.clocks.reminders import Reminding, Strike
from casebackend.database import remembered
from casebackend.escalations import of_reviews
from casebackend.escalations.queries import in_charge, receivers, unit_in_charge
from casebackend.escalations.rules import Recipient, highest_for_each
from casebackend.escalations.service import until, word
from casebackend.notices.service import Telling, notify, notify_all
from casebackend.notices.thresholds import in_force
from casebackend.organisations.model import Organisation
from casebackend.outbox import service as outbox
from casebackend.reviews.model import Review
from casebackend.reviews.queries import of_clock as review_of_clock
from casebackend.staff import queries as staff
from casebackend.timeline.rules import Kind

WORDS = {
    Reminding.NEAR_DUE: (Kind.NEAR_DUE, "staff_near_due"),
    Reminding.OVERDUE: (Kind.OVERDUE, "staff_overdue"),
    Reminding.ESCALATION: (Kind.ESCALATED, "staff_escalated"),
}
HANDED_ON = (Move.DISPATCH, Move.TRANSFER, Move.REPORT_UP)
TIMER = "timer:"


async def on_strike(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """The clock may have been stopped since it struck; then nobody is bothered."""
    clock_of = UUID(payload["case_id"])
    review: Review | None = None
    case = await session.get(Case, clock_of, with_for_update=True, populate_existing=True)
    if case is None:
        review = await review_of_clock(session, clock_of)
        case = await hold(session, review.case_id if review else clock_of)
    timer = await session.get_one(Timer, UUID(payload["timer_id"]), populate_existing=True)
    if timer.stopped_at is not None:
        return
    told, level = int(payload.get("told", 0)), int(payload.get("level", timer.level))
    plan = await clocks.strikes_of(session, timer)
    come = wanted([each for each in plan if told < each.level <= level], overdue=now >= timer.due_at)
    having = case.handler_id, case.assignee_id
    handlers = (
        await remembered(session, ("names", *having), lambda: staff.names(session, having)) if any(having) else {}
    )
    handler = "、".join(handlers.values()) or "尚无承办人"
    tellings = [await _telling(session, case, timer, strike, handler, review) for strike in highest_for_each(come)]
    if not tellings or not await notify_all(session, tellings, now=now):
        return
    kinds = [each.kind for each in come]
    kind = WORDS[Reminding.OVERDUE if Reminding.OVERDUE in kinds else come[-1].kind][0]
    detail: dict[str, object] = {
        "clock": timer.kind, "seq": timer.seq, "level": level, "derivation": timer.derivation,
    }  # fmt: skip
    await noted(session, case, kind, SYSTEM, now=now, detail=detail)


async def _telling(
    session: AsyncSession, case: Case, timer: Timer, strike: Strike, handler: str, review: Review | None
) -> Telling:
    kind, template = WORDS[strike.kind]
    values = {
        "clock": timer.label,
        "due": until(timer.due_at),
        "level": strike.level,
        "handler": handler,
    }
    said = word(
        case,
        template,
        f"{kind}:{timer.id}:{strike.level}",
        kind,
        values,
        about=f"{TIMER}{timer.id}",
        level=strike.level,
        needs_ack=strike.kind is Reminding.ESCALATION,
    )
    if review is not None:
        above = await of_reviews.receivers(session, review, strike.to)
        return Telling(said, above, review.reviewing_unit_id)
    return Telling(said, await receivers(session, case, strike.to), unit_in_charge(case))


async def still_running(session: AsyncSession, about: str) -> bool:
    """Asked before mail or SMS leaves."""
    if not about.startswith(TIMER):
        return True
    timer = await session.get(Timer, UUID(about.removeprefix(TIMER)), populate_existing=True)
    return timer is not None and timer.stopped_at is None


async def on_urged(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Urged often enough, the superior hears of it too."""
    case, count = await hold(session, UUID(payload["case_id"])), int(payload["count"])
    if Status(case.status) not in OPEN:
        return
    said = word(case, "staff_urged", f"urged:{case.id}:{count}", Kind.URGED, {"count": count})
    await notify(session, said, to=await in_charge(session, case), unit_id=unit_in_charge(case), now=now)
    if count >= (await in_force(session, now)).number("urge.superior"):
        above = word(case, "staff_urged", f"urged:{case.id}:{count}:up", Kind.URGED, {"count": count})
        await notify(session, above, to=await receivers(session, case, Recipient.SUPERIOR), now=now)


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Handed on to a unit: whoever is to receive it is told, and told again if nobody does."""
    if payload.get("move") not in HANDED_ON:
        return
    case = await hold(session, UUID(payload["case_id"]))
    if case.status != Status.DISPATCHED:
        return
    since = case.status_changed_at.isoformat()
    said = word(case, "staff_todo", f"todo:{case.id}:{since}", "case.todo", {"unit": await _unit(session, case)})
    await notify(session, said, to=await in_charge(session, case), unit_id=unit_in_charge(case), now=now)
    due_at = case.status_changed_at + (await in_force(session, now)).hours("unread.hours")
    outbox.emit(session, "case.unread", {"case_id": str(case.id), "since": since}, now=now, due_at=due_at)


async def on_unread(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case, since = await hold(session, UUID(payload["case_id"])), payload["since"]
    if case.status != Status.DISPATCHED or case.status_changed_at.isoformat() != since:
        return
    hours = (await in_force(session, now)).number("unread.hours")
    values = {"unit": await _unit(session, case), "hours": hours}
    said = word(case, "staff_unread", f"unread:{case.id}:{since}", "case.unread", values)
    to = [*await in_charge(session, case), *await receivers(session, case, Recipient.HEAD)]
    await notify(session, said, to=to, unit_id=unit_in_charge(case), now=now)


async def _unit(session: AsyncSession, case: Case) -> str:
    unit = await session.get(Organisation, unit_in_charge(case)) if unit_in_charge(case) else None
    return unit.name if unit else "承办单位"
