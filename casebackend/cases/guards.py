"""What a move needs beyond its place in the table."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.access.scope import scope_of
from casebackend.api.cases import Classify, MoveCase
from casebackend.cases import admission, judgement, outcome, recusing, tasking
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import ADMIN, HANDLER, HEAD, LIFECYCLE, Move, Status
from casebackend.cases.words import FIELD_LABELS
from casebackend.clocks.queries import running
from casebackend.clocks.rules import BY_LAW
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, CHANNEL_A
from casebackend.errors import Conflict, Forbidden, Unprocessable
from casebackend.timeline.queries import moved_by

IN_HAND = (Status.INVESTIGATING, Status.SUSPENDED, Status.COUNTERSIGN)
# From here on a case lies with the unit that it was given to.
GIVEN = frozenset(
    {
        Status.DISPATCHED, Status.INVESTIGATING, Status.COUNTERSIGN, Status.SUSPENDED, Status.PROPOSED,
        Status.CLOSURE_REVIEW, Status.REPLY_PENDING,
    }
)  # fmt: skip
OPENING = (Move.ACCEPT, Move.DECLINE)
DECIDING = (Move.APPROVE_OPINION, Move.APPROVE_REPLY)
HANDLED = (Move.RECEIVE, Move.PROPOSE, Move.PROPOSE_REPLY)


class FieldsMissing(Unprocessable):
    slug, title = "fields-missing", "缺少必填内容"

    def __init__(self, fields: list[str]) -> None:
        super().__init__("请填写：" + "、".join(FIELD_LABELS.get(field, field) for field in fields), fields=fields)


class Stale(Conflict):
    slug, title = "stale", "内容已被他人修改"

    def __init__(self, current: int) -> None:
        super().__init__("请刷新后重试", current=current)


class OwnWork(Forbidden):
    slug, title = "own-work", "不能审核自己经办的投诉"

    def __init__(self) -> None:
        super().__init__("复核、审定须由登记人、承办人以外的人员进行")


class OtherHandlerNeeded(Forbidden):
    slug, title = "other-handler-needed", "二次投诉须由其他人员办理"

    def __init__(self) -> None:
        super().__init__("您办理过首次投诉，请回避")


class NotInCharge(Forbidden):
    slug, title = "not-in-charge", "该投诉由其他人员办理"

    def __init__(self) -> None:
        super().__init__("只有现承办人或部门负责人可以继续办理，如需接手请先改派")


class OwnSuspension(Forbidden):
    slug, title = "own-suspension", "不能暂停自己承办的投诉"

    def __init__(self) -> None:
        super().__init__("送外部鉴定会暂停法定时限，须由承办人以外的部门负责人或投诉管理人员决定")


class OnlyAsked(Forbidden):
    slug, title = "only-asked", "只能反馈协办任务"

    def __init__(self) -> None:
        super().__init__("这件投诉不由您所在的单位办理，您只能查看并反馈交给您的协办任务")


class NotForRegulatorCases(Conflict):
    slug, title = "not-for-regulator-cases", "监管转办投诉不允许该操作"

    def __init__(self) -> None:
        super().__init__("监管转办的投诉不能作废、不能并入普通投诉，也不能转为二次投诉")


class UnknownTerm(Unprocessable):
    slug, title = "unknown-term", "分类不在字典中"

    def __init__(self, field: str) -> None:
        super().__init__("请从字典中选择分类", field=field)


class SameUnit(Conflict):
    slug, title = "same-unit", "承办单位没有变化"

    def __init__(self) -> None:
        super().__init__("改派须选择另一个承办单位")


def _empty(command: MoveCase, field: str) -> bool:
    value = getattr(command, field)
    return not (value.strip() if isinstance(value, str) else value)


async def legal_overdue(session: AsyncSession, case: Case, now: datetime) -> bool:
    timers = await running(session, case.id)
    return any(timer.due_at <= now for timer in timers if timer.kind in BY_LAW)


async def require_fields(
    session: AsyncSession, case: Case, command: MoveCase, principal: Principal, at: datetime
) -> None:
    """`at` is when the move counts: a decision told in time and recorded late is not late."""
    wanted = admission.needed(case, LIFECYCLE[Status(case.status), command.move].requires)
    if command.move is Move.REPLY and await legal_overdue(session, case, at):
        wanted.append("overdue_reason")
    wanted += outcome.wanted(case, command, principal)
    wanted += judgement.closing(case, command, principal)
    if admission.is_judged(case):
        wanted += [name for name in await judgement.wanted(session, case, command) if name not in wanted]
    missing = [field for field in wanted if _empty(command, field)]
    if missing:
        raise FieldsMissing(missing)
    await require_terms(session, command)
    if admission.is_judged(case):
        await judgement.require(session, case, command, principal)
    await outcome.require(session, case, command)


def require_version(case: Case, read: int | None) -> None:
    if read is not None and read != case.version:
        raise Stale(case.version)


async def require_terms(session: AsyncSession, command: MoveCase | Classify) -> None:
    for field, dictionary in (("business_channel_a", CHANNEL_A), ("category_b", CATEGORY_B), ("cause_c", CAUSE_C)):
        name = getattr(command, field)
        if name and not await dictionaries.has_name(session, dictionary, name):
            raise UnknownTerm(field)


async def require_distance(session: AsyncSession, case: Case, command: MoveCase, principal: Principal) -> None:
    """Nobody reviews what he registered or handled, works on a colleague's case, or decides twice on one matter."""
    move = command.move
    if await _own_work(session, case, move, principal):
        raise OwnWork
    if await _handled_before(session, case, move, principal):
        raise OtherHandlerNeeded
    if not in_charge(case, move, principal):
        raise NotInCharge
    if move is Move.TRANSFER and command.handling_unit_id == case.handling_unit_id:
        raise SameUnit
    if move is Move.VOID and is_regulated(case):
        raise NotForRegulatorCases
    if move is Move.SUSPEND and principal.user_id is not None and principal.user_id == case.handler_id:
        raise OwnSuspension
    await require_scope(session, case, principal, move)
    await recusing.require_may_move(session, case, move, principal)
    await tasking.require_done(session, case, move)
    await tasking.require_another(session, case, move, principal)
    await admission.require(session, case, command, principal)


async def require_scope(session: AsyncSession, case: Case, principal: Principal, move: Move | None = None) -> None:
    """Being asked lets one see a case; moving it takes more."""
    if not await has_say(session, case, principal, move):
        raise OnlyAsked


async def has_say(session: AsyncSession, case: Case, principal: Principal, move: Move | None = None) -> bool:
    """Whom a complaint is about leads it no more once it was given to somebody else: that unit does, and who stands
    above it."""
    own = principal.user_id in (case.handler_id, case.assignee_id)
    if own or principal.kind is not Kind.STAFF or ADMIN in principal.roles:
        return True
    units = (case.handling_unit_id,) if _of_the_unit(case, move) else (case.unit_id, case.handling_unit_id)
    return (await scope_of(session, principal)).allows(*units)


def in_charge(case: Case, move: Move, principal: Principal) -> bool:
    """Once received, a case is in the hands of one person: whoever comes as a handler only must be that person."""
    status = Status(case.status)
    if status not in IN_HAND or LIFECYCLE[status, move].by & principal.roles != {HANDLER}:
        return True
    return case.handler_id is not None and case.handler_id == principal.user_id


def _of_the_unit(case: Case, move: Move | None) -> bool:
    arrow = LIFECYCLE.get((Status(case.status), move)) if move is not None else None
    return arrow is not None and case.status in GIVEN and not arrow.by.isdisjoint((HANDLER, HEAD))


async def _own_work(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    """Also after the case was given to somebody else: what one sent in, had in hand or judged stays one's own."""
    if move in OPENING:
        return principal.actor == case.creator or await moved_by(session, case.id, principal.actor, (Move.SUBMIT,))
    if move not in DECIDING or principal.user_id is None:
        return False
    if principal.user_id in (case.handler_id, case.judged_by):
        return True
    return await moved_by(session, case.id, principal.actor, HANDLED)


async def _handled_before(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    """Also whoever gave the first complaint to somebody else later."""
    by = LIFECYCLE[Status(case.status), move].by
    if case.parent_id is None or principal.user_id is None or by.isdisjoint((HANDLER, HEAD)):
        return False
    if await session.scalar(select(Case.handler_id).where(Case.id == case.parent_id)) == principal.user_id:
        return True
    return await moved_by(session, case.parent_id, principal.actor, HANDLED)
