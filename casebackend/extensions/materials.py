"""What a customer brings later; with new facts the limit of law counts anew (令2020年第3号)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.extensions import AddMaterial, DecideMaterial, RecordContact
from casebackend.cases import filing, merging, rescheduling, steering
from casebackend.cases import queries as cases
from casebackend.cases.fields import protected
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.cases.service import hold
from casebackend.clocks import queries as clocks
from casebackend.clocks import rules as clock_rules
from casebackend.clocks import service as clock_service
from casebackend.clocks.rules import StopReason
from casebackend.database import locked
from casebackend.extensions import lapsing, telling
from casebackend.extensions.errors import (
    BadTime,
    MaterialDecided,
    MaterialNotFound,
    MayNotConfirm,
    NotExtensible,
    NotOpen,
)
from casebackend.extensions.model import Material
from casebackend.extensions.rules import MaterialState
from casebackend.extensions.service import running_limit
from casebackend.outbox.service import emit
from casebackend.timeline.rules import Kind

CONFIRMERS = frozenset({"reviewer", "department_head", "complaint_manager"})


async def add(
    session: AsyncSession, case: Case, command: AddMaterial, *, principal: Principal, now: datetime
) -> Material:
    """What comes to a merged case belongs to the one it was merged into; both histories say so."""
    if principal.user_id is None:
        raise MayNotConfirm
    if not case.received_at <= command.received_at <= now:
        raise BadTime
    await steering.require(session, case, principal)
    brought_to, case = case, await hold(session, (await merging.followed(session, case)).id)
    merged = brought_to if brought_to.id != case.id else None
    if Status(case.status) not in OPEN:
        raise NotOpen
    material = Material(
        case_id=case.id,
        from_case_id=merged.id if merged else None,
        text=await protected(session, case, command.text),
        received_at=command.received_at,
        is_new_fact=command.is_new_fact,
        state=MaterialState.ASKED if command.is_new_fact else MaterialState.KEPT,
        stored_by=principal.user_id,
        stored_at=now,
    )
    session.add(material)
    await session.flush()
    detail: dict[str, object] = {"material_id": str(material.id), "is_new_fact": material.is_new_fact}
    await filing.noted(session, case, Kind.MATERIAL, principal, now=now, opinion=material.text, detail=detail)
    if material.state == MaterialState.ASKED:
        emit(session, "material.asked", {"case_id": str(case.id), "material_id": str(material.id)}, now=now)
    if merged is not None:
        await filing.noted(session, merged, Kind.MATERIAL, principal, now=now, detail=detail | {"number": case.number})
    return material


async def get(session: AsyncSession, material_id: UUID) -> Material:
    material = await locked(session, Material, material_id)
    if material is None:
        raise MaterialNotFound
    return material


async def visible(session: AsyncSession, principal: Principal, material_id: UUID) -> tuple[Material, Case]:
    """With its case, both locked; who may not see the case learns nothing of it."""
    material = await session.get(Material, material_id)
    if material is None:
        raise MaterialNotFound
    case = await cases.visible(session, principal, str(material.case_id))
    if case is None:
        raise MaterialNotFound
    await hold(session, case.id)
    return await get(session, material_id), case


def may_confirm(material: Material, principal: Principal) -> bool:
    known = principal.user_id is not None and principal.user_id != material.stored_by
    return known and bool(principal.roles & CONFIRMERS)


async def decide(
    session: AsyncSession, material: Material, command: DecideMaterial, *, principal: Principal, now: datetime
) -> Material:
    case = await hold(session, material.case_id)
    await steering.require(session, case, principal)
    if material.state != MaterialState.ASKED:
        raise MaterialDecided
    if not may_confirm(material, principal):
        raise MayNotConfirm
    opinion = await protected(session, case, command.opinion)
    material.state = MaterialState.CONFIRMED if command.is_new_fact else MaterialState.REFUSED
    material.decided_by, material.decided_at, material.decision_opinion = principal.user_id, now, opinion
    detail: dict[str, object] = {"material_id": str(material.id), "is_new_fact": command.is_new_fact}
    if not command.is_new_fact:
        await session.flush()
        await filing.noted(session, case, Kind.MATERIAL_DECIDED, principal, now=now, opinion=opinion, detail=detail)
        return material
    with session.no_autoflush:
        held = await running_limit(session, case)
        if held is None:
            raise NotExtensible("没有正在运行的法定时限，不能重新计算")
        if material.received_at < held.origin_at:
            raise NotExtensible("材料收到在先，现在的时限已从更晚的日期起算，不需要重新计算")
        material.former_due_on = clock_rules.last_day(held.due_at)
        anew = await rescheduling.restart(session, case, at=material.received_at, now=now)
    case.restart_count += 1
    if anew is not None:
        case.promised_on = material.new_due_on = clock_rules.last_day(anew.due_at)
        case.extension_level = 0
    await session.flush()
    await lapsing.end_stale(session, case, now=now)
    told = await telling.of_restart(session, case, material, now=now) if anew is not None else "unchanged"
    day = material.new_due_on or material.former_due_on
    days = {"former": material.former_due_on.isoformat(), "new": day.isoformat(), "told": told}
    await filing.written(
        session,
        case,
        Kind.RESTARTED,
        principal,
        now=now,
        opinion=opinion,
        detail=detail | days,
        fields=["promised_on", "restart_count"],
    )
    return material


async def contacted(
    session: AsyncSession, case: Case, command: RecordContact, *, principal: Principal, now: datetime
) -> None:
    """The clock of the first contact stops; further contacts are noted."""
    if not case.received_at <= command.at <= now:
        raise BadTime
    case = await hold(session, case.id)
    await steering.require(session, case, principal)
    if Status(case.status) not in OPEN:
        raise NotOpen
    running = await clocks.running(session, case.id)
    mine = [timer for timer in running if timer.kind == clock_rules.CONTACT]
    clock_service.halt(mine, at=command.at, reason=StopReason.DONE)
    await session.flush()
    note = await protected(session, case, command.note)
    await filing.noted(session, case, Kind.CONTACTED, principal, now=now, opinion=note, detail={"first": bool(mine)})
