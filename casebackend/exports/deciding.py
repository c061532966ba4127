"""The second person approves or rejects what somebody wants to take out of the house; the asker may take it back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.exports import DecideExport
from casebackend.customers.personal import names_a_person
from casebackend.exports import errors, rules, service
from casebackend.exports.model import Export
from casebackend.exports.rules import ASKED, State
from casebackend.notices.settling import settle_cause


async def decide(session: AsyncSession, export: Export, command: DecideExport, *, by: Principal, now: datetime) -> None:
    """The caller holds the row, and has found it to be seen by `by`."""
    reason = " ".join(command.reason.split()) or None
    if command.decision == "withdraw":
        await _withdraw(session, export, by, now)
        return
    if export.user_id == by.user_id:
        raise errors.OwnApproval
    if export.state != State.WAITING or export.expires_at <= now:
        raise errors.AlreadyDecided
    if command.decision == "reject" and reason is None:
        raise errors.ReasonMissing
    if reason and names_a_person(reason):
        raise errors.PurposePersonal
    approved = command.decision == "approve"
    export.state, export.next_at = (State.QUEUED, now) if approved else (State.REJECTED, None)
    export.decided_by, export.decided_by_name = by.user_id, by.display_name or by.name
    export.decided_at, export.reason = now, reason
    await session.flush()
    await settle_cause(session, f"{ASKED}{export.id}", now=now)
    if not approved:
        service.told(session, export, now)
    event = "export.approved" if approved else "export.rejected"
    await service.note(session, event, export, by.actor, now, **{"reason": reason} if reason else {})


async def _withdraw(session: AsyncSession, export: Export, by: Principal, now: datetime) -> None:
    if export.user_id != by.user_id:
        raise errors.NotAsker
    if State(export.state) not in rules.OPEN:
        raise errors.AlreadyDecided
    export.state, export.next_at = State.WITHDRAWN, None
    await session.flush()
    await settle_cause(session, f"{ASKED}{export.id}", now=now)
    await service.note(session, "export.withdrawn", export, by.actor, now)
