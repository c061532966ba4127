"""How many people stand behind a complaint: counted, signed, and graded again when there are more."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.registration import ChangeGroup
from casebackend.cases import clockwork, deciding, fields, filing, rescheduling
from casebackend.cases.model import Case
from casebackend.cases.rules import LEAD, MANAGER
from casebackend.grading.rules import RANK, Severity
from casebackend.outbox import service as outbox
from casebackend.parties import service as parties
from casebackend.registration import safeguards
from casebackend.registration.errors import GroupTooSmall, NothingChanged
from casebackend.timeline.rules import Kind


async def resize(session: AsyncSession, case: Case, command: ChangeGroup, *, by: Principal, now: datetime) -> None:
    size = command.group_size
    if size == case.group_size:
        raise NothingChanged
    if size < await parties.representatives(session, case.id):
        raise GroupTooSmall
    if size < case.group_size:
        safeguards.require_before_opinion(case, by)
        if not by.roles & {LEAD, MANAGER}:
            raise safeguards.SeverityStands("减少人数由班长或投诉管理岗办理")
    reason = await fields.protected(session, case, command.reason)
    await counted(session, case, size, Kind.GROUP_CHANGED, reason, by=by, now=now)


async def counted(
    session: AsyncSession,
    case: Case,
    size: int,
    kind: Kind,
    reason: str | None,
    *,
    by: Principal,
    now: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    """The rules may only raise the severity: what somebody decided by hand stands."""
    before: dict[str, object] = {"group_size": case.group_size}
    with session.no_autoflush:
        case.group_size = size
        grade = await safeguards.by_rules(session, case)
        graver = RANK.get(grade.result, 0) > RANK.get(case.severity, 0)
        if graver:
            before["severity"] = case.severity
            case.severity, case.severity_reason = grade.result, grade.reason
        await deciding.wait_for(session, case, now=now)
        if graver:
            await rescheduling.recompute_for_severity(session, case, now)
    session.add_all(fields.signed(case, before, by, reason=reason, now=now))
    await session.flush()
    due_at = await clockwork.node_due(session, case)
    await filing.written(session, case, kind, by, now=now, opinion=reason, detail=detail, fields=before, due_at=due_at)
    if "severity" in before and case.severity != Severity.ORDINARY:
        outbox.emit(session, "case.major", {"case_id": str(case.id), "severity": case.severity}, now=now)
