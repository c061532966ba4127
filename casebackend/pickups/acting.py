"""What a visit sees and does. The level is looked up each time: it ends with the visit."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.api.own import CaseBrief
from casebackend.api.pickups import CaseDetails, FollowedBy, VisitDone, VisitView
from casebackend.calendar.rules import local_date
from casebackend.cases import merging, own, seconds, urging
from casebackend.cases.fields import protected
from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, UNANSWERED, Move, Status
from casebackend.cases.service import hold, move_case
from casebackend.identity import levels, queries
from casebackend.identity.queries import Shown
from casebackend.identity.rules import Action, Level, Where
from casebackend.outbox import service as outbox
from casebackend.pickups import rules, showing
from casebackend.pickups.errors import LevelTooLow, VisitEnded
from casebackend.pickups.model import Visit
from casebackend.timeline.rules import Kind

type May = Literal["urge", "supplement", "withdraw"]


async def opened(session: AsyncSession, visit_id: UUID, action: Action, *, now: datetime) -> tuple[Visit, Case, Shown]:
    """The case where the complaint is handled now, if this visit may do `action`."""
    visit = await session.get(Visit, visit_id)
    if visit is None or now >= visit.ends_at:
        raise VisitEnded
    has = await queries.shown(session, visit_id, now=now)
    if visit.case_id is None or not levels.allows(action, Where.ELSEWHERE, has.level):
        raise LevelTooLow
    case = await session.get_one(Case, visit.case_id)
    if case.customer_id != visit.customer_id or Status(case.status) is Status.VOIDED:
        raise VisitEnded
    return visit, await merging.followed(session, case), has


async def view(session: AsyncSession, visit_id: UUID, *, now: datetime) -> VisitView:
    visit, case, has = await opened(session, visit_id, Action.PROGRESS, now=now)
    told, status = await own.brief(session, case), Status(case.status)
    may: list[May] = []
    if status in IN_PROCESS:
        may = ["urge", "supplement"]
    if status in UNANSWERED and _may_end(case, has):
        may.append("withdraw")
    return VisitView(
        number=told.number,
        stage=told.stage,
        next_step=told.next_step,
        unit=told.unit,
        promised_on=told.promised_on,
        promised=_promised(told),
        days_left=_days_left(told, now),
        filed_at=told.filed_at,
        ends_at=visit.ends_at,
        may=may,
        confirmed=has.level is Level.CORE,
        details=await _details(session, visit, case, has),
        second=await _second(session, visit, case, now),
    )


def _promised(told: CaseBrief) -> str | None:
    if told.promised_on is None or told.promised_hour is None:
        return None
    return rules.promise(told.promised_on, told.promised_hour)


def _days_left(told: CaseBrief, now: datetime) -> int | None:
    return rules.remaining(told.promised_on, local_date(now)) if told.promised_on else None


async def _second(session: AsyncSession, visit: Visit, case: Case, now: datetime) -> FollowedBy | None:
    """Of the same customer only: the code was sent to his phone."""
    found = await seconds.followed_by(session, case)
    if found is None or found.customer_id != visit.customer_id:
        return None
    told = await own.brief(session, found)
    return FollowedBy(
        number=told.number,
        stage=told.stage,
        next_step=told.next_step,
        promised=_promised(told),
        days_left=_days_left(told, now),
    )


async def _details(session: AsyncSession, visit: Visit, case: Case, has: Shown) -> CaseDetails | None:
    """Of one's own words only: a complaint that this one was merged into may be somebody else's to read."""
    if not levels.allows(Action.DETAILS, Where.ELSEWHERE, has.level) or case.id != visit.case_id:
        return None
    return await showing.of_case(session, case)


def _may_end(case: Case, has: Shown) -> bool:
    action = Action.WITHDRAW if case.capacity == own.SELF else Action.PROXY_WITHDRAW
    return levels.allows(action, Where.ELSEWHERE, has.level)


async def urge(session: AsyncSession, visit_id: UUID, *, now: datetime) -> VisitDone:
    _, case, _ = await opened(session, visit_id, Action.URGE, now=now)
    case = await hold(session, case.id)
    if Status(case.status) not in IN_PROCESS:
        return VisitDone(outcome="closed")
    return VisitDone(outcome="urged" if await urging.urge_one(session, case, visit_id, now=now) else "too_soon")


async def supplement(session: AsyncSession, visit_id: UUID, text: str, *, now: datetime) -> VisitDone:
    _, case, has = await opened(session, visit_id, Action.SUPPLEMENT, now=now)
    case = await hold(session, case.id)
    if Status(case.status) not in IN_PROCESS:
        return VisitDone(outcome="closed")
    words = await protected(session, case, text)
    detail: dict[str, object] = {"level": int(has.level)}
    await noted(session, case, Kind.SUPPLEMENTED, CUSTOMER, now=now, opinion=words, detail=detail)
    outbox.emit(session, "case.supplemented", {"case_id": str(case.id), "message_id": str(uuid4())}, now=now)
    return VisitDone(outcome="added")


async def withdraw(session: AsyncSession, visit_id: UUID, *, now: datetime) -> VisitDone:
    """The page has asked whether it is meant. The procedure ends on this day (令2020年第3号 Art. 15)."""
    _, case, has = await opened(session, visit_id, Action.WITHDRAW, now=now)
    if not _may_end(case, has):
        raise LevelTooLow
    case = await hold(session, case.id)
    if Status(case.status) not in UNANSWERED:
        return VisitDone(outcome="closed")
    command = MoveCase(move=Move.WITHDRAW)
    await move_case(session, case.id, command, principal=CUSTOMER, now=now, effective_at=now, level=int(has.level))
    return VisitDone(outcome="withdrawn")
