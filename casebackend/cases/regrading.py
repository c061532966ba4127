"""A corrected case is graded and placed anew, by the rules of the day it was received, and its history says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.calendar.rules import local_date
from casebackend.cases import fields, filing, hints, placing, rescheduling
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.grading.queries import graded
from casebackend.grading.rules import RANK, Grade, Severity, Subject, corrected, corrected_lane
from casebackend.organisations.queries import tree
from casebackend.outbox import service as outbox
from casebackend.parties.queries import tier_of
from casebackend.timeline.rules import Kind

GRADED_BY = frozenset({"facts", "demand", "amount", "group_size", "source", "tier"})
BY_RULE = "按属地规则确定"


@dataclass(frozen=True, slots=True)
class Anew:
    """What stood there before, by field, of what the rules say otherwise now."""

    severity: str | None = None
    lane: str | None = None
    units: dict[str, Any] = field(default_factory=dict)

    @property
    def before(self) -> dict[str, Any]:
        return self.units | ({"severity": self.severity} if self.severity is not None else {})

    @property
    def fields(self) -> list[str]:
        return [*self.before, *(["lane"] if self.lane is not None else [])]


async def resubmitted(
    session: AsyncSession, case: Case, move: Move, changed: Mapping[str, Any], *, now: datetime
) -> Anew:
    """Of the moves only a submission corrects what was registered."""
    return await anew(session, case, changed if move is Move.SUBMIT else {}, now=now)


async def anew(
    session: AsyncSession, case: Case, changed: Mapping[str, Any], *, now: datetime, lower: bool = True
) -> Anew:
    """`changed`: what stood in the corrected fields before. `lower`: the case may come out less grave than it was.
    Nothing is written in here but the columns."""
    with session.no_autoflush:
        units = await _placed(session, case, changed["unit_id"]) if "unit_id" in changed else {}
        if not GRADED_BY & changed.keys():
            return Anew(units=units)
        severity, lane = case.severity, case.lane
        await _regrade(session, case, changed, lower=lower)
        session.add_all(await hints.told_now(session, case, now=now))
    return Anew(severity if case.severity != severity else None, (lane or "") if case.lane != lane else None, units)


async def _regrade(session: AsyncSession, case: Case, changed: Mapping[str, Any], *, lower: bool) -> None:
    tier = await tier_of(session, case.id)
    day = local_date(case.received_at)

    def subject(values: Mapping[str, Any]) -> Subject:
        def of(name: str) -> Any:
            return values.get(name, getattr(case, name))

        return Subject(
            f"{of('facts')}\n{of('demand')}",
            of("amount"),
            of("group_size") or 1,
            of("source"),
            values.get("tier", tier),
        )

    was, was_lane = await graded(session, subject(changed), day)
    is_now, lane_now = await graded(session, subject({}), day)
    severity = corrected(Grade(case.severity, case.severity_reason), was, is_now)
    stands = Grade(case.lane, case.lane_reason or "") if case.lane else None
    lane = corrected_lane(stands, was_lane, lane_now)
    if lower or RANK.get(severity.result, 0) >= RANK.get(case.severity, 0):
        case.severity, case.severity_reason = severity.result, severity.reason
    case.lane, case.lane_reason = (lane.result, lane.reason) if lane else (None, None)


async def _placed(session: AsyncSession, case: Case, was: Any) -> dict[str, Any]:
    """The handling unit by the territorial rule. A unit that was answerable because it was complained of is so no
    more."""
    before: dict[str, Any] = {}
    unit = await placing.territorial_unit(session, case.unit_id, local_date(case.received_at), matter=case.matter_type)
    wanted: dict[str, Any] = {"handling_unit_id": unit} if unit is not None else {}
    if was is not None and case.responsible_unit_id == was:
        wanted["responsible_unit_id"] = case.unit_id
    for name, value in wanted.items():
        if getattr(case, name) != value:
            before[name] = getattr(case, name)
            setattr(case, name, value)
    return before


async def rescheduled(session: AsyncSession, case: Case, found: Anew, now: datetime) -> None:
    """Clocks of our own get the term of the new severity. The last change of the case stands before: this flushes."""
    if found.severity is not None:
        await rescheduling.recompute_for_severity(session, case, now)


async def noted(session: AsyncSession, case: Case, found: Anew, principal: Principal, *, now: datetime) -> None:
    """After the step that corrected it: a line of the history each, which the rules wrote; signed by who corrected."""
    if found.severity is not None:
        why = f"{found.severity} → {case.severity}（{case.severity_reason}）"
        await _line(
            session, case, Kind.REGRADED, {"severity": found.severity}, f"内容更正，重新定级：{why}", principal, now
        )
        if case.severity != Severity.ORDINARY:
            outbox.emit(session, "case.major", {"case_id": str(case.id), "severity": case.severity}, now=now)
    if found.lane is not None:
        why = f"{found.lane or '普通'} → {case.lane or '普通'}" + (
            f"（{case.lane_reason}）" if case.lane_reason else ""
        )
        await _line(session, case, Kind.REGRADED, {}, f"内容更正，办理次序：{why}", principal, now)
    if found.units:
        known = (await tree(session)).units

        def name(unit_id: Any) -> str:
            return known[unit_id].short_name if unit_id in known else "未指明"

        told = [f"{LABELS[each]} {name(was)} → {name(getattr(case, each))}" for each, was in found.units.items()]
        said = f"被投诉机构更正，{BY_RULE}：{'；'.join(told)}"
        await _line(session, case, Kind.UNITS_CHANGED, found.units, said, principal, now)


LABELS = {"handling_unit_id": "承办单位", "responsible_unit_id": "责任机构"}


async def _line(
    session: AsyncSession,
    case: Case,
    kind: Kind,
    before: Mapping[str, Any],
    said: str,
    principal: Principal,
    now: datetime,
) -> None:
    session.add_all(fields.signed(case, before, principal, reason=said, now=now))
    await session.flush()
    detail: dict[str, object] = {"fields": sorted(before), "severity": case.severity, "corrected": True}
    await filing.noted(session, case, kind, filing.SYSTEM, now=now, opinion=said, detail=detail)
