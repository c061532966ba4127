"""The office outside says that an appraisal or a mediation takes longer: another day on which a case is expected back.

It lengthens no limit and no pause by itself; it moves the reminders. Decided by whom a suspension is, on a paper."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.extensions import ExpectBack
from casebackend.cases import filing, recusing, standing, steering, suspending
from casebackend.cases.fields import protected
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.cases.service import hold
from casebackend.clocks.rules import day_text
from casebackend.evidence import queries as evidence
from casebackend.extensions.errors import MayNotExpect, NotItsLetter, NotSuspended, SameDayExpected
from casebackend.timeline.queries import told_of
from casebackend.timeline.rules import Kind

DECIDES = LIFECYCLE[Status.INVESTIGATING, Move.SUSPEND].by


def _decides(case: Case, principal: Principal) -> bool:
    """Who may suspend it: nobody moves the reminders of his own case."""
    known = principal.user_id is not None and principal.user_id != case.handler_id
    return known and not DECIDES.isdisjoint(principal.roles)


async def may_expect(session: AsyncSession, case: Case, principal: Principal) -> bool:
    """Whether `expect` would hear this person at all; the form is shown to nobody else."""
    if Status(case.status) is not Status.SUSPENDED or not _decides(case, principal):
        return False
    if not await standing.has_say(session, case, principal, Move.RESUME):
        return False
    return await recusing.why_barred(session, case, principal) is None


async def suspended_on(session: AsyncSession, case: Case) -> set[UUID]:
    """The papers on which it was suspended, now and before: what was asked of the office outside, not its answer."""
    told = await told_of(session, case.id, Move.SUSPEND)
    return {UUID(str(each["evidence_id"])) for each in told if "evidence_id" in each}


async def expect(
    session: AsyncSession, case: Case, command: ExpectBack, *, match: str, principal: Principal, now: datetime
) -> Case:
    case = await hold(session, case.id)
    preconditions.require(match, case.version)
    await steering.require(session, case, principal)
    await standing.require_scope(session, case, principal, Move.RESUME)
    if not _decides(case, principal):
        raise MayNotExpect
    if Status(case.status) is not Status.SUSPENDED:
        raise NotSuspended
    if command.expected_back_on == case.expected_back_on:
        raise SameDayExpected
    await suspending.require_day(session, command.expected_back_on, now)
    if not await evidence.belongs(session, case.id, command.evidence_id):
        raise NotItsLetter
    if command.evidence_id in await suspended_on(session, case):
        raise NotItsLetter(own=True)
    reason = await protected(session, case, command.reason)
    former, case.expected_back_on = case.expected_back_on, command.expected_back_on
    await suspending.expect_anew(session, case, now=now)
    await session.flush()
    detail: dict[str, object] = {
        "evidence_id": str(command.evidence_id), "former": str(former) if former else None,
        "expected_back_on": str(case.expected_back_on),
    }  # fmt: skip
    was = f"（原为{day_text(former)}）" if former else ""
    said = f"预计恢复日期变更为{day_text(command.expected_back_on)}{was}：{reason}"
    await filing.written(
        session, case, Kind.EXPECTED_ANEW, principal, now=now, opinion=said, detail=detail, fields=["expected_back_on"]
    )
    return case
