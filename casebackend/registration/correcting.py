"""更正: what was taken down wrongly about a case is put right in one step, with both values in its history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from casebackend.access.principal import Principal
from casebackend.api.corrections import OF_THE_PERSON, CorrectRegistration
from casebackend.cases import clockwork, deciding, fields, filing, regrading
from casebackend.cases.model import Case, CaseChange
from casebackend.cases.numbering import require_free
from casebackend.registration import correctness, identifying, originating, requiring, retiming, wording
from casebackend.registration.errors import NothingChanged
from casebackend.registration.rules import CORRECTED_LABELS
from casebackend.timeline.rules import Kind


@dataclass(slots=True)
class Found:
    """What stood there before: columns of the case, and of the person as tokens with what stands there now."""

    before: dict[str, Any] = field(default_factory=dict)
    told: identifying.Told = field(default_factory=dict)

    def take(self, case: Case, wanted: Mapping[str, Any]) -> None:
        for name, value in wanted.items():
            if getattr(case, name) != value:
                self.before[name] = getattr(case, name)
                setattr(case, name, value)


async def correct(
    session: AsyncSession, case: Case, command: CorrectRegistration, *, by: Principal, now: datetime
) -> None:
    """`case` is held. Either all of it is right or nothing is written."""
    correctness.require_may_correct(case, by)
    person = {name: getattr(command, name) for name in OF_THE_PERSON}
    origin = await originating.wanted(session, case, command)
    meant, told = await identifying.correct(session, case, person, by=by, now=now)
    reason = await fields.protected(session, case, command.reason)
    found = Found(told=told)
    with session.no_autoflush:
        case.customer_id = meant or case.customer_id
        await _columns(session, case, command, found, by=by, now=now)
        found.take(case, origin)
        if not found.before and not found.told:
            raise NothingChanged
        await correctness.require(session, case, found.before, by)
        graded = await _consequences(session, case, found, now)
        if "regulator_number" in found.before:
            await require_free(session, case.regulator_number)
    flag_modified(case, "customer_id")  # the person is part of what was read: its version changes with it
    await session.flush()
    await retiming.from_outside(session, case, found.before, now)
    await regrading.rescheduled(session, case, graded, now)
    await _written(session, case, found, [*found.before, *graded.fields], reason, by=by, now=now)
    await regrading.noted(session, case, graded, by, now=now)


async def _columns(
    session: AsyncSession, case: Case, command: CorrectRegistration, found: Found, *, by: Principal, now: datetime
) -> None:
    if command.amends_amount:
        found.take(case, {"amount": command.amount})
    if command.received_at is not None and command.received_at != case.received_at:
        await correctness.require_receipt(session, case, command.received_at, by, now)
        found.take(case, {"received_at": command.received_at})
    if command.personal_right is not None:
        requiring.require_right(case.matter_type, command.personal_right)
        found.take(case, {"personal_right": command.personal_right})
    if command.profile is not None and command.profile != case.profile:
        correctness.require_profile(case, command.profile, by)
        found.take(case, {"profile": command.profile})


async def _consequences(session: AsyncSession, case: Case, found: Found, now: datetime) -> regrading.Anew:
    """The grade by the rules, the clocks, and whose turn it is. Nothing is written in here but columns and clocks."""
    lower = case.status in correctness.BEFORE_DISPATCH
    graded = await regrading.anew(session, case, found.before, now=now, lower=lower)
    timers = await retiming.anew(session, case, found.before, now=now)
    if found.before:
        case.promised_on = clockwork.promise(timers) or case.promised_on
    if found.before.keys() & {"source", "channel", "regulator_number", "profile"}:
        await deciding.wait_for(session, case, now=now)
    return graded


async def _written(
    session: AsyncSession,
    case: Case,
    found: Found,
    changed: list[str],
    reason: str,
    *,
    by: Principal,
    now: datetime,
) -> None:
    signed = fields.signed(case, found.before, by, reason=reason, now=now)
    signed += [_of_the_person(case, name, *pair, by, reason, now) for name, pair in sorted(found.told.items())]
    session.add_all(signed)
    await session.flush()
    said = "；".join(
        f"{CORRECTED_LABELS[each.field]}：{wording.said(each.field, each.before)} → "
        f"{wording.said(each.field, each.after)}"
        for each in signed
    )
    detail: dict[str, object] = {"fields": sorted(each.field for each in signed)}
    await filing.written(
        session,
        case,
        Kind.CORRECTED,
        by,
        now=now,
        opinion=f"{said}。理由：{reason}",
        detail=detail,
        fields=[*changed, *found.told],
        due_at=await clockwork.node_due(session, case),
    )


def _of_the_person(
    case: Case, name: str, before: str | None, after: str, by: Principal, reason: str, now: datetime
) -> CaseChange:
    return CaseChange(
        case_id=case.id,
        at=now,
        actor=by.actor,
        actor_name=by.display_name or by.name,
        user_id=by.user_id,
        field=name,
        before=before,
        after=after,
        reason=reason,
    )
