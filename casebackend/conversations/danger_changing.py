"""Rules of danger and stirring as the bank changes them: somebody proposes a version from a day on, somebody else reads
and approves it, and only then does it hold. Expressions come with a release; what is proposed are plain words."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.api.dangers import DecideDangerRule, ProposeDangerRule
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.conversations.danger_rules import APPROVED, EDITION
from casebackend.conversations.errors import (
    DangerRuleDecided,
    DangerRuleUnknown,
    DangerRuleWrong,
    OwnDangerRule,
)
from casebackend.conversations.model import DangerRule
from casebackend.database import locked, one_at_a_time
from casebackend.staff.rules import ROLE_NAMES, Role

PROPOSED, REFUSED = "proposed", "refused"
# Who may approve; the graver post is named where somebody has several.
APPROVING = (Role.EXECUTIVE, Role.COMPLAINT_MANAGER, Role.DEPARTMENT_HEAD, Role.APPROVER, Role.TEAM_LEAD)
COPIED = ("code", "kind", "use", "says", "text", "severity", "handoff")


async def all_rows(session: AsyncSession) -> Sequence[DangerRule]:
    """Of each code the latest first."""
    order = (DangerRule.use, DangerRule.says, DangerRule.code, DangerRule.effective_from.desc(), DangerRule.id)
    return (await session.scalars(select(DangerRule).order_by(*order))).all()


async def propose(session: AsyncSession, command: ProposeDangerRule, *, by: Principal, now: datetime) -> DangerRule:
    """What is not said stays as it is."""
    await one_at_a_time(session, EDITION)
    before = await _latest(session, command.code)
    today = local_date(now)
    if command.effective_from < today or (command.effective_until or today) < today:
        raise DangerRuleWrong("生效日和停用日不能早于今天")
    if command.effective_until is not None and command.effective_until <= command.effective_from:
        raise DangerRuleWrong("停用日须晚于生效日")
    numbers = {name: getattr(command, name) for name in ("at_words", "at_turns", "within_hours")}
    made = DangerRule(
        **{name: getattr(before, name) for name in COPIED},
        **{name: getattr(before, name) if value is None else value for name, value in numbers.items()},
        patterns=list(before.patterns),
        phrases=list(before.phrases if command.phrases is None else dict.fromkeys(command.phrases)),
        effective_from=command.effective_from,
        effective_until=command.effective_until,
        source=command.source,
        state=PROPOSED,
        proposed_by=by.actor,
        proposed_by_name=by.display_name,
        proposed_at=now,
    )
    session.add(made)
    await session.flush()
    await _audited(session, "danger_rule.proposed", made, by, now)
    return made


async def decide(
    session: AsyncSession, rule_id: UUID, command: DecideDangerRule, *, by: Principal, now: datetime
) -> DangerRule:
    """A version whose day has come while it waited holds from the day of its approval."""
    await one_at_a_time(session, EDITION)
    row = await locked(session, DangerRule, rule_id)
    if row is None:
        raise DangerRuleUnknown
    if row.state != PROPOSED:
        raise DangerRuleDecided
    if row.proposed_by == by.actor:
        raise OwnDangerRule
    row.state = APPROVED if command.approve else REFUSED
    row.decided_by, row.decided_by_name = by.actor, by.display_name
    row.reviewed_by, row.reviewed_on = _post(by), local_date(now)
    row.effective_from = max(row.effective_from, local_date(now))
    await session.flush()
    await editions.changed(session, EDITION)
    await _audited(session, "danger_rule.approved" if command.approve else "danger_rule.refused", row, by, now)
    return row


async def _latest(session: AsyncSession, code: str) -> DangerRule:
    query = select(DangerRule).where(DangerRule.code == code, DangerRule.state == APPROVED)
    query = query.order_by(DangerRule.effective_from.desc(), DangerRule.proposed_at.desc().nulls_last())
    found: DangerRule | None = await session.scalar(query.limit(1))
    if found is None:
        raise DangerRuleUnknown
    return found


def _post(by: Principal) -> str:
    return next((ROLE_NAMES[role] for role in APPROVING if role in by.roles), by.display_name)[:80]


async def _audited(session: AsyncSession, event: str, row: DangerRule, by: Principal, now: datetime) -> None:
    until = row.effective_until.isoformat() if row.effective_until else None
    detail: dict[str, object] = {
        "phrases": list(row.phrases), "at_words": row.at_words, "at_turns": row.at_turns,
        "within_hours": row.within_hours, "effective_from": row.effective_from.isoformat(), "effective_until": until,
    }  # fmt: skip
    await audit.record(session, chain="settings", event=event, actor=by.actor, object=row.code, now=now, detail=detail)
