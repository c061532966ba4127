"""Signed changes of what stands above the handling: severity, matter type, the roles of units."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.registration import ChangeMatter, ChangeNoticeForm, ChangeSeverity, ChangeUnits
from casebackend.calendar.rules import local_date
from casebackend.cases import agreed, clockwork, deciding, fields, filing, letting_go, regrading, rescheduling, steering
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.cases.placing import territorial_unit
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.grading.rules import BY_HAND, Severity
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import MatterType, is_legal
from casebackend.organisations.queries import tree
from casebackend.outbox import service as outbox
from casebackend.registration import requiring, safeguards
from casebackend.registration.errors import (
    CaseIsClosed,
    DesignatedPassed,
    MatterNotConvertible,
    NotFilledIn,
    NothingChanged,
    UnknownUnit,
)
from casebackend.registration.safeguards import BEFORE_DISPATCH
from casebackend.timeline.rules import Kind

# By which moves a case has come to a status from which its matter may still change.
PATHS: dict[Status, tuple[Move, ...]] = {
    Status.DRAFT: (Move.SUBMIT, Move.RETURN_TO_DRAFT),
    Status.PENDING_REVIEW: (Move.SUBMIT,),
    Status.ACCEPTED: (Move.SUBMIT, Move.ACCEPT),
    Status.DISPATCHED: (Move.SUBMIT, Move.ACCEPT, Move.DISPATCH),
    Status.INVESTIGATING: (Move.SUBMIT, Move.ACCEPT, Move.DISPATCH, Move.RECEIVE),
}


async def held(session: AsyncSession, by: Principal, reference: str, read: str) -> Case:
    """The case that was read, locked; whoever is only asked about it changes nothing."""
    found = await cases.visible(session, by, reference)
    case = await cases.hold(session, found.id)
    preconditions.require(read, case.version)
    await steering.require(session, case, by)
    if Status(case.status) not in OPEN:
        raise CaseIsClosed
    return case


async def designate(
    session: AsyncSession, case: Case, command: ChangeSeverity, *, by: Principal, now: datetime
) -> None:
    """A person decides on one case; by law no limit changes."""
    same = case.severity == command.severity and command.designated_on in (None, case.designated_on)
    if same:
        raise NothingChanged
    if command.designated_on is not None and command.designated_on < local_date(now):
        raise DesignatedPassed
    await safeguards.require_may_lower_severity(session, case, command.severity, by)
    another = command.designated_on not in (None, case.designated_on)
    reason = await fields.protected(session, case, command.reason)
    before: dict[str, object] = {"severity": case.severity} if case.severity != command.severity else {}
    case.severity, case.severity_reason = command.severity, f"{BY_HAND}：{reason}"
    case.designated_on = command.designated_on or case.designated_on
    with session.no_autoflush:
        await deciding.wait_for(session, case, now=now)
    await rescheduling.recompute_for_severity(session, case, now)
    if another:
        await rescheduling.designated(session, case, now)
    await _written(session, case, Kind.REGRADED, before or {"designated_on": None}, by, reason, now)
    if before and command.severity != Severity.ORDINARY:
        outbox.emit(session, "case.major", {"case_id": str(case.id), "severity": case.severity}, now=now)


async def convert(session: AsyncSession, case: Case, command: ChangeMatter, *, by: Principal, now: datetime) -> None:
    """The conversation and the history stay; the clocks of the new matter count from the receipt."""
    if case.matter_type == command.matter_type:
        raise NothingChanged
    if Status(case.status) not in PATHS or case.kind != "first":
        raise MatterNotConvertible
    known = catalogue()
    lowers = is_legal(known.matters[case.matter_type]) and not is_legal(known.matters[command.matter_type])
    if lowers:
        safeguards.require_may_lower_matter(case, by)
    reason = await fields.protected(session, case, command.reason)
    demand = await fields.protected(session, case, command.demand) if command.demand else case.demand
    requiring.require_right(command.matter_type, command.personal_right)
    _require_for(case, command.matter_type, demand, command.personal_right)
    before: dict[str, object] = {"matter_type": case.matter_type}
    if command.personal_right != case.personal_right:
        before["personal_right"] = case.personal_right
    if demand != case.demand:
        before["demand"] = case.demand
    with session.no_autoflush:
        case.matter_type, case.demand = command.matter_type, demand
        case.personal_right = command.personal_right
        early = Status(case.status) in BEFORE_DISPATCH
        if early:
            before |= await _placed(session, case)
        graded = await regrading.anew(session, case, before, now=now, lower=early)
        timers = await rescheduling.rematter(session, case, PATHS[Status(case.status)], now=now)
        case.promised_on = clockwork.promise(timers)
    await regrading.rescheduled(session, case, graded, now)
    await _written(session, case, Kind.MATTER_CHANGED, before, by, reason, now, also=graded.fields)
    await regrading.noted(session, case, graded, by, now=now)
    outbox.emit(session, "case.matter_changed", {"case_id": str(case.id)}, now=now)


def _require_for(case: Case, matter: MatterType, demand: str, right: str | None) -> None:
    stands: dict[str, object] = {"facts": case.facts, "demand": demand, "unit": case.unit_id, "personal_right": right}
    stands |= dict.fromkeys(("name", "phone"), case.customer_id)
    needed = catalogue().needed(matter, case.source, case.capacity)
    absent = [field for field in needed if field in stands and not stands[field]]
    if absent:
        raise NotFilledIn(absent)


async def agree(session: AsyncSession, case: Case, command: ChangeNoticeForm, *, by: Principal, now: datetime) -> None:
    """What customer and bank agreed on about the form of the notice; the reason says when and how."""
    if case.notice_form == command.notice_form:
        raise NothingChanged
    agreed.require(command.notice_form, local_date(case.received_at))
    reason = await fields.protected(session, case, command.reason)
    before: dict[str, object] = {"notice_form": case.notice_form}
    case.notice_form = command.notice_form
    await _written(session, case, Kind.NOTICE_AGREED, before, by, reason, now)


async def place(session: AsyncSession, case: Case, command: ChangeUnits, *, by: Principal, now: datetime) -> None:
    """Three roles of units, each with its history. Before dispatch the handling unit follows the one complained of."""
    wanted = {
        name: value
        for name in ("unit_id", "responsible_unit_id", "receiving_unit_id")
        if (value := getattr(command, name)) is not None and value != getattr(case, name)
    }
    if not wanted:
        raise NothingChanged
    if wanted.keys() & {"unit_id", "responsible_unit_id"}:
        await safeguards.require_may_place(session, case, by)
    units = (await tree(session)).open().units
    if any(unit not in units for unit in wanted.values()):
        raise UnknownUnit
    reason = await fields.protected(session, case, command.reason)
    before: dict[str, object] = {name: getattr(case, name) for name in wanted}
    with session.no_autoflush:
        for name, value in wanted.items():
            setattr(case, name, value)
        if "unit_id" in wanted and Status(case.status) in BEFORE_DISPATCH:
            before |= await _placed(session, case)
    await _written(session, case, Kind.UNITS_CHANGED, before, by, reason, now)
    if "unit_id" in wanted:
        await letting_go.follow(session, case, now=now)


async def _placed(session: AsyncSession, case: Case) -> dict[str, object]:
    """The handling unit by the territorial rule; what stood there before when that changes it."""
    unit = await territorial_unit(session, case.unit_id, local_date(case.received_at), matter=case.matter_type)
    if unit is None or unit == case.handling_unit_id:
        return {}
    before: dict[str, object] = {"handling_unit_id": case.handling_unit_id}
    case.handling_unit_id = unit
    return before


async def _written(
    session: AsyncSession,
    case: Case,
    kind: Kind,
    before: dict[str, object],
    by: Principal,
    reason: str,
    now: datetime,
    also: Sequence[str] = (),
) -> None:
    """`also`: what changed besides and is signed by itself."""
    session.add_all(fields.signed(case, before, by, reason=reason, now=now))
    await session.flush()
    due_at = await clockwork.node_due(session, case)
    await filing.written(session, case, kind, by, now=now, opinion=reason, fields=[*before, *also], due_at=due_at)
