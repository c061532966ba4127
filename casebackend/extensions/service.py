"""More time, by decision of somebody who may give it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.extensions import AskExtension, DecideExtension
from casebackend.calendar.rules import local_date
from casebackend.cases import filing, rescheduling, steering
from casebackend.cases import queries as cases
from casebackend.cases.fields import protected
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.clocks import queries as clocks
from casebackend.clocks import rules as clock_rules
from casebackend.clocks.extending import MOST
from casebackend.clocks.model import Timer
from casebackend.database import locked
from casebackend.extensions import lapsing, rights, rules, telling
from casebackend.extensions.errors import (
    AlreadyDecided,
    ExtensionNotFound,
    Lapsed,
    MayNotAsk,
    MayNotDecide,
    NotExtensible,
)
from casebackend.extensions.model import Extension
from casebackend.extensions.rules import Decision, Level, State
from casebackend.outbox import service as outbox
from casebackend.timeline.rules import Kind


async def running_limit(session: AsyncSession, case: Case) -> Timer | None:
    timers = await clocks.running(session, case.id)
    return next((timer for timer in timers if timer.kind in clock_rules.BY_LAW), None)


async def extensible(session: AsyncSession, case: Case) -> Timer | None:
    """The limit that somebody may give more of: that of law, or that of a petition."""
    timers = await clocks.running(session, case.id)
    known = clock_rules.BY_LAW.union(*rules.AFTER.values())
    return next((timer for timer in timers if timer.kind in known), None)


def _require_extensible(held: Timer | None, level: Level, now: datetime) -> Timer:
    if held is None:
        raise NotExtensible("没有正在运行的法定时限，不能延期")
    if now >= held.due_at:
        raise NotExtensible("法定时限已经届满，届满后不能再延期")
    if held.kind not in rules.AFTER[level]:
        raise NotExtensible("延期须逐级进行：投诉先延长至30日，仍不能办结的再延长至60日；信访延长30日，只有一次")
    return held


async def ask(
    session: AsyncSession, case: Case, command: AskExtension, *, principal: Principal, now: datetime
) -> Extension:
    """Before the end of the running limit, one request at a time. Nothing changes until it is approved."""
    level = Level(command.level)
    case = await hold(session, case.id)
    await steering.require(session, case, principal)
    if principal.user_id is None or not await rights.may_ask(session, case, principal):
        raise MayNotAsk(regulated=is_regulated(case))
    await lapsing.end_stale(session, case, now=now)
    held = _require_extensible(await extensible(session, case), level, now)
    await _require_room(session, case, held)
    extension = Extension(
        case_id=case.id,
        timer_id=held.id,
        level=level,
        reason=await protected(session, case, command.reason),
        requested_by=principal.user_id,
        requested_at=now,
        former_due_on=clock_rules.last_day(held.due_at),
        new_due_on=await _new_day(session, case, held, level),
        state=State.REQUESTED,
    )
    session.add(extension)
    await session.flush()
    detail: dict[str, object] = {"level": level, "new_due_on": extension.new_due_on.isoformat()}
    await filing.noted(session, case, Kind.EXTENSION_ASKED, principal, now=now, opinion=extension.reason, detail=detail)
    about: dict[str, object] = {"case_id": str(case.id), "extension_id": str(extension.id)}
    outbox.emit(session, "extension.asked", about, now=now)
    return extension


async def _require_room(session: AsyncSession, case: Case, held: Timer) -> None:
    """Since the present limit of law began to count: a restart gives room again."""
    waiting = select(Extension.id).where(Extension.case_id == case.id, Extension.state == State.REQUESTED)
    if await session.scalar(waiting) is not None:
        raise NotExtensible("已有一项延期申请待审批")
    day = local_date(held.origin_at)
    most = await clocks.limit_for(session, MOST, case.profile, day)
    granted = await session.scalar(
        select(func.count()).where(
            Extension.case_id == case.id, Extension.state == State.APPROVED, Extension.requested_at >= held.origin_at
        )
    )
    if most is not None and (granted or 0) >= most.amount:
        often = f"最多延期{int(most.amount)}次" if most.amount else "不延期"
        raise NotExtensible(f"按承办机构的时限方案，每件投诉{often}")


async def _new_day(session: AsyncSession, case: Case, held: Timer, level: Level) -> date:
    """As it would be by the days of pause until now."""
    limit = await clocks.limit_for(session, rules.CLOCK_OF[level], case.profile, local_date(held.origin_at))
    if limit is None:
        raise NotExtensible("没有配置该级延期的时限")
    return local_date(held.origin_at) + timedelta(days=int(limit.amount) + held.paused_days)


async def get(session: AsyncSession, extension_id: UUID) -> Extension:
    extension = await locked(session, Extension, extension_id)
    if extension is None:
        raise ExtensionNotFound
    return extension


async def visible(
    session: AsyncSession, principal: Principal, extension_id: UUID, *, to_read: bool = False
) -> tuple[Extension, Case]:
    """With its case, both locked unless it is only read; who may not see the case learns nothing of it."""
    extension = await session.get(Extension, extension_id)
    if extension is None:
        raise ExtensionNotFound
    case = await cases.visible(session, principal, str(extension.case_id))
    if case is None:
        raise ExtensionNotFound
    if to_read:
        return extension, case
    await hold(session, case.id)
    return await get(session, extension_id), case


async def decide(
    session: AsyncSession, extension: Extension, command: DecideExtension, *, principal: Principal, now: datetime
) -> Extension:
    case = await hold(session, extension.case_id)
    await steering.require(session, case, principal)
    decision = Decision(command.decision)
    if extension.state != State.REQUESTED:
        raise AlreadyDecided
    if not await lapsing.stands(session, extension):
        raise Lapsed
    if decision is Decision.WITHDRAW:
        if principal.user_id != extension.requested_by:
            raise MayNotDecide
    elif not await rights.may_approve(session, case, extension, principal):
        raise MayNotDecide
    opinion = await protected(session, case, command.opinion)
    extension.state = {
        Decision.APPROVE: State.APPROVED,
        Decision.REFUSE: State.REFUSED,
        Decision.WITHDRAW: State.WITHDRAWN,
    }[decision]
    extension.decided_by, extension.decided_at, extension.decision_opinion = principal.user_id, now, opinion
    detail: dict[str, object] = {"level": extension.level, "state": extension.state}
    if decision is Decision.APPROVE:
        await _grant(session, case, extension, detail, principal=principal, now=now)
        return extension
    await session.flush()
    await filing.noted(session, case, Kind.EXTENSION_DECIDED, principal, now=now, opinion=opinion, detail=detail)
    return extension


async def _grant(
    session: AsyncSession,
    case: Case,
    extension: Extension,
    detail: dict[str, object],
    *,
    principal: Principal,
    now: datetime,
) -> None:
    with session.no_autoflush:
        _require_extensible(await extensible(session, case), extension.level, now)
        longer = await rescheduling.extend(session, case, rules.CLOCK_OF[extension.level], now=now)
    extension.new_due_on = clock_rules.last_day(longer.due_at)
    case.promised_on, case.extension_level = extension.new_due_on, rules.NUMBER[extension.level]
    await session.flush()
    told = await telling.of_extension(session, case, extension, now=now)
    await filing.written(
        session,
        case,
        Kind.EXTENDED,
        principal,
        now=now,
        opinion=extension.decision_opinion,
        detail=detail | {"new_due_on": extension.new_due_on.isoformat(), "told": told},
        fields=["promised_on", "extension_level"],
    )
