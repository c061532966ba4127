"""A part goes back into the complaint that it was split from: both histories stay, and the earlier limit counts."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.families import Join
from casebackend.cases import clockwork
from casebackend.cases.filing import written
from casebackend.cases.model import Case
from casebackend.cases.rules import UNANSWERED, Move, Status
from casebackend.cases.service import move_case, visible
from casebackend.clocks import rules
from casebackend.clocks import service as clocks
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import running, timers_of
from casebackend.clocks.rules import StopReason, Term, Unit
from casebackend.errors import Conflict
from casebackend.families.model import CaseLink
from casebackend.families.rules import LinkKind
from casebackend.families.service import hold_both
from casebackend.timeline.rules import Kind


class CannotJoin(Conflict):
    slug, title = "cannot-join", "不能并回"

    def __init__(self) -> None:
        super().__init__("只有拆分出来、尚未答复的投诉可以并回原投诉；原投诉须尚未答复、没有暂停办理，且事项类型相同")


async def origin_of(session: AsyncSession, case: Case) -> Case | None:
    """The complaint from which this one was split."""
    link = select(CaseLink.other_id).where(CaseLink.case_id == case.id, CaseLink.kind == LinkKind.SPLIT_FROM)
    origin_id = await session.scalar(link)
    return await session.get(Case, origin_id) if origin_id is not None else None


def may_join(part: Case, origin: Case | None) -> bool:
    if origin is None or part.restart_count or part.kind != "first" or part.matter_type != origin.matter_type:
        return False
    waits = Status.SUSPENDED in (part.status, origin.status)
    return not waits and Status(part.status) in UNANSWERED and Status(origin.status) in UNANSWERED


async def join(
    session: AsyncSession,
    case_id: UUID,
    command: Join,
    *,
    principal: Principal,
    now: datetime,
    match: str | None = None,
) -> Case:
    """Whoever may merge the part may do it, where he sees the whole. `match`: an If-Match as it was sent."""
    part = await session.get_one(Case, case_id)
    origin = await origin_of(session, part)
    if origin is None:
        raise CannotJoin
    origin = await visible(session, principal, origin.number)
    part, origin = await hold_both(session, part.id, origin.id)
    if not may_join(part, origin):
        raise CannotJoin
    earlier = _limit(await running(session, part.id))
    merge = MoveCase(move=Move.MERGE, master_number=origin.number, opinion=command.reason)
    part = await move_case(session, part.id, merge, principal=principal, now=now, match=match, rejoins=True)
    await _no_later_than(session, origin, earlier, principal, now)
    return part


def _limit(timers: Iterable[Timer]) -> Timer | None:
    """The limit of law, or that of the matter."""
    found = [each for each in timers if rules.is_promise(each.kind) and each.kind != rules.PETITION_TELL]
    return min(found, key=lambda each: each.due_at, default=None)


async def _no_later_than(
    session: AsyncSession, origin: Case, part: Timer | None, principal: Principal, now: datetime
) -> None:
    """The whole may count from new facts since, or have been given more time: what waited in the part does not wait
    longer for that. Its limit stands on the whole from its own receipt."""
    held = _limit(await running(session, origin.id))
    if part is None or held is None or held.due_at <= part.due_at:
        return
    clocks.halt([held], at=now, reason=StopReason.RESTARTED)
    term = Term(part.label, Decimal(part.amount), Unit(part.unit), part.rolls_forward, part.effective_from)
    seq = clocks.next_seq(await timers_of(session, origin.id), part.kind)
    again = await clocks.made(
        session, origin.id, part.kind, at=now, seq=seq, profile=origin.profile, term=term, origin_at=part.origin_at,
        paused_days=part.paused_days, basis=part.basis,
    )  # fmt: skip
    session.add(again)
    await session.flush()
    before, origin.promised_on = origin.promised_on, await clockwork.promised_on(session, origin)
    await session.flush()
    detail: dict[str, object] = {"derivation": again.derivation}
    if origin.promised_on != before:
        await written(session, origin, Kind.REJOINED, principal, now=now, detail=detail, fields=["promised_on"])
