"""What a move needs beyond its place in the table."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import Classify, MoveCase
from casebackend.cases import (
    admission,
    deciding,
    judgement,
    outcome,
    passing_on,
    petitions,
    recusing,
    standing,
    suspending,
    tasking,
    voiding,
)
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.cases.words import FIELD_LABELS, Satisfaction
from casebackend.clocks.queries import running
from casebackend.clocks.rules import BY_LAW
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CODED
from casebackend.errors import Conflict, Unprocessable
from casebackend.evidence import queries as evidence
from casebackend.notices.thresholds import in_force
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind


class FieldsMissing(Unprocessable):
    slug, title = "fields-missing", "缺少必填内容"

    def __init__(self, fields: list[str]) -> None:
        super().__init__("请填写：" + "、".join(FIELD_LABELS.get(field, field) for field in fields), fields=fields)


class Stale(Conflict):
    slug, title = "stale", "内容已被他人修改"

    def __init__(self, current: int) -> None:
        super().__init__("请刷新后重试", current=current)


class NotForRegulatorCases(Conflict):
    slug, title = "not-for-regulator-cases", "监管转办投诉不允许该操作"

    def __init__(self) -> None:
        super().__init__("监管转办的投诉不能作废、不能并入普通投诉，也不能转为二次投诉")


class UnknownTerm(Unprocessable):
    slug, title = "unknown-term", "分类不在字典中"

    def __init__(self, field: str) -> None:
        super().__init__(f"请从字典中选择分类：{FIELD_LABELS[field]}", field=field)


class CallAgain(Conflict):
    slug, title = "survey-call-again", "回访次数不足"

    def __init__(self, left: int) -> None:
        says = f"还须再回访 {left} 次仍未联系上，才能按未联系上结案；客户不愿评价的，请在“回访”中登记"
        super().__init__(says, left=left)


class SameUnit(Conflict):
    slug, title = "same-unit", "承办单位没有变化"

    def __init__(self) -> None:
        super().__init__("改派须选择另一个承办单位")


class NotItsEvidence(Unprocessable):
    slug, title = "not-its-evidence", "不是这件投诉的证据"

    def __init__(self) -> None:
        super().__init__("请先把鉴定委托书或调解申请登记为这件投诉的证据，再从中选择", field="appraisal_id")


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
    await require_calls(session, case, command, principal, at)
    if command.appraisal_id is not None and not await evidence.belongs(session, case.id, command.appraisal_id):
        raise NotItsEvidence
    await suspending.require(session, command, at)
    if admission.is_judged(case):
        await judgement.require(session, case, command, principal)
    await outcome.require(session, case, command)
    if command.move in outcome.KEEPS and outcome.told_by_staff(case, command):
        await petitions.require_written(session, case, command.told_by)


async def require_calls(
    session: AsyncSession, case: Case, command: MoveCase, principal: Principal, at: datetime
) -> None:
    """A colleague gives a customer up only after as many calls as the policy asks for."""
    if principal.user_id is None or command.satisfaction is not Satisfaction.NO_ANSWER or case.replied_at is None:
        return
    missed = select(func.count()).where(
        TimelineEntry.case_id == case.id, TimelineEntry.kind == Kind.SURVEY_MISSED, TimelineEntry.at >= case.replied_at
    )
    left = (await in_force(session, at)).number("survey.attempts") - int(await session.scalar(missed) or 0)
    if command.move is Move.CLOSE and left > 0:
        raise CallAgain(left)


def require_version(case: Case, read: int | None) -> None:
    if read is not None and read != case.version:
        raise Stale(case.version)


async def require_terms(session: AsyncSession, command: MoveCase | Classify) -> None:
    for field, dictionary in CODED.items():
        name = getattr(command, field, None)
        if name and not await dictionaries.has_name(session, dictionary, name):
            raise UnknownTerm(field)


async def require_distance(session: AsyncSession, case: Case, command: MoveCase, principal: Principal) -> None:
    """Nobody reviews what he registered or handled, works on a colleague's case, or decides twice on one matter."""
    move = command.move
    if await standing.own_work(session, case, move, principal):
        raise standing.OwnSignature if move is Move.SIGN else standing.OwnWork
    if await standing.anothers_draft(session, case, move, principal):
        raise standing.NotTheCreator
    if await standing.handled_before(session, case, move, principal):
        raise standing.OtherHandlerNeeded
    if not standing.in_charge(case, move, principal):
        raise standing.NotInCharge
    same = command.handling_unit_id == case.handling_unit_id and not passing_on.to_colleague(command)
    if move is Move.TRANSFER and same:
        raise SameUnit
    if move is Move.VOID and is_regulated(case):
        raise NotForRegulatorCases
    if move is Move.VOID:
        await voiding.require(session, case, principal)
    if move is Move.SUSPEND and principal.user_id is not None and principal.user_id == case.handler_id:
        raise standing.OwnSuspension
    await standing.require_scope(session, case, principal, move)
    await recusing.require_may_move(session, case, move, principal)
    await tasking.require_done(session, case, move)
    await tasking.require_another(session, case, move, principal)
    await admission.require(session, case, command, principal)
    await deciding.require(session, case, move, principal)
