"""What follows from a strike of a clock, an urge, or a case that nobody receives. Each looks again before it speaks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.service import hold
from casebackend.cases.turns import at_turn, in_charge, unit_in_charge
from casebackend.escalations.queries import receivers
from casebackend.escalations.rules import Recipient
from casebackend.escalations.service import word
from casebackend.notices.service import notify
from casebackend.notices.thresholds import in_force
from casebackend.organisations.model import Organisation
from casebackend.outbox import service as outbox
from casebackend.timeline.rules import Kind

HANDED_ON = (Move.DISPATCH, Move.TRANSFER, Move.REPORT_UP)


async def on_urged(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Urged often enough, the superior hears of it too."""
    case, count = await hold(session, UUID(payload["case_id"])), int(payload["count"])
    if Status(case.status) not in OPEN:
        return
    said = word(case, "staff_urged", f"urged:{case.id}:{count}", Kind.URGED, {"count": count})
    await notify(session, said, to=await at_turn(session, case, now=now), unit_id=unit_in_charge(case), now=now)
    if count >= (await in_force(session, now)).number("urge.superior"):
        above = word(case, "staff_urged", f"urged:{case.id}:{count}:up", Kind.URGED, {"count": count})
        to = await receivers(session, case, Recipient.SUPERIOR, now=now)
        await notify(session, above, to=to, unit_id=unit_in_charge(case), now=now)


async def on_supplemented(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever has the case is told that the customer added something."""
    case = await hold(session, UUID(payload["case_id"]))
    if Status(case.status) not in OPEN:
        return
    said = word(case, "staff_supplemented", f"supplemented:{payload['message_id']}", Kind.SUPPLEMENTED, {})
    await notify(session, said, to=await in_charge(session, case, now=now), unit_id=unit_in_charge(case), now=now)


async def on_withdrawn(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever has the case need not go on; of a regulator's case the managers hear, who tell the regulator."""
    case = await hold(session, UUID(payload["case_id"]))
    if Status(case.status) is not Status.WITHDRAWN:
        return
    template = "staff_withdrawn_regulator" if is_regulated(case) else "staff_withdrawn"
    to = await in_charge(session, case, now=now)
    if is_regulated(case):
        to = [*to, *await receivers(session, case, Recipient.MANAGER, now=now)]
    said = word(case, template, f"withdrawn:{case.id}:{case.status_changed_at.isoformat()}", Kind.WITHDRAWN, {})
    await notify(session, said, to=to, unit_id=unit_in_charge(case), now=now)


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Handed on to a unit: whoever is to receive it is told, and told again if nobody does."""
    if payload.get("move") not in HANDED_ON:
        return
    case = await hold(session, UUID(payload["case_id"]))
    if case.status != Status.DISPATCHED:
        return
    since = case.status_changed_at.isoformat()
    said = word(case, "staff_todo", f"todo:{case.id}:{since}", "case.todo", {"unit": await _unit(session, case)})
    await notify(session, said, to=await in_charge(session, case, now=now), unit_id=unit_in_charge(case), now=now)
    due_at = case.status_changed_at + (await in_force(session, now)).hours("unread.hours")
    outbox.emit(session, "case.unread", {"case_id": str(case.id), "since": since}, now=now, due_at=due_at)


async def on_unread(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case, since = await hold(session, UUID(payload["case_id"])), payload["since"]
    if case.status != Status.DISPATCHED or case.status_changed_at.isoformat() != since:
        return
    hours = (await in_force(session, now)).number("unread.hours")
    values = {"unit": await _unit(session, case), "hours": hours}
    said = word(case, "staff_unread", f"unread:{case.id}:{since}", "case.unread", values)
    to = [*await in_charge(session, case, now=now), *await receivers(session, case, Recipient.HEAD, now=now)]
    await notify(session, said, to=to, unit_id=unit_in_charge(case), now=now)


async def _unit(session: AsyncSession, case: Case) -> str:
    unit = await session.get(Organisation, unit_in_charge(case)) if unit_in_charge(case) else None
    return unit.name if unit else "承办单位"
