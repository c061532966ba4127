"""Rules of severity and of the lane as the bank changes them: somebody proposes a version from a day on, somebody else
of head office approves it, and only then does it hold, for cases received from its day on."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.grading import DecideGradingRule, ProposeGradingRule
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.conversations.danger_rules import all_rules as all_dangers
from casebackend.customers.spelling import simplified
from casebackend.database import locked, one_at_a_time
from casebackend.grading import conditions
from casebackend.grading.errors import (
    GradingRuleDecided,
    GradingRuleUnknown,
    GradingRuleWrong,
    HeadOfficeRules,
    OwnGradingRule,
)
from casebackend.grading.model import GradingRule
from casebackend.grading.queries import APPROVED, EDITION
from casebackend.grading.rules import Purpose
from casebackend.matters.catalogue import catalogue

PROPOSED, REFUSED = "proposed", "refused"
COPIED = ("code", "purpose", "rank", "reason")
# The bank's own decision: our evidence for what was delivered is no longer that of the row.
BY_BANK = "D"


async def all_rows(session: AsyncSession) -> Sequence[GradingRule]:
    """By purpose, the highest rank first; of each code the latest first."""
    order = (
        GradingRule.purpose, GradingRule.rank.desc(), GradingRule.code, GradingRule.effective_from.desc(),
        GradingRule.proposed_at.desc().nulls_last(), GradingRule.id,
    )  # fmt: skip
    return (await session.scalars(select(GradingRule).order_by(*order))).all()


async def propose(session: AsyncSession, command: ProposeGradingRule, *, by: Principal, now: datetime) -> GradingRule:
    """What is not said stays as it is."""
    await one_at_a_time(session, EDITION)
    before = await _latest(session, command.code)
    if command.effective_from < local_date(now):
        raise GradingRuleWrong("生效日不能早于今天")
    if command.severity is not None and before.purpose != Purpose.SEVERITY:
        raise GradingRuleWrong("只有定级规则可以改等级")
    made = GradingRule(
        **{name: getattr(before, name) for name in COPIED},
        result=command.severity or before.result,
        when=dict(before.when) | await _given(session, before, command),
        active=command.active,
        effective_from=command.effective_from,
        source=command.source,
        evidence=BY_BANK,
        state=PROPOSED,
        proposed_by=by.actor,
        proposed_by_name=by.display_name,
        proposed_at=now,
    )
    if (made.when, made.result, made.active) == (before.when, before.result, before.active):
        raise GradingRuleWrong("这一版与现行规则相同")
    session.add(made)
    await session.flush()
    await _audited(session, "grading_rule.proposed", made, by, now)
    return made


async def _given(session: AsyncSession, before: GradingRule, command: ProposeGradingRule) -> dict[str, Any]:
    """The condition as it is kept: words of the rules are simplified ones, each once."""
    said = {name: getattr(command, name, None) for name in conditions.LABELS}
    given = {name: value for name, value in said.items() if value is not None}
    kinds = {rule.kind for rule in await all_dangers(session)}
    wrong = conditions.wrong(before.when, given, {"sources": catalogue().sources, "dangers": kinds})
    if wrong is not None:
        raise GradingRuleWrong(wrong)
    return {name: _kept(value) for name, value in given.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(simplified(each.strip()) for each in value if each.strip()))
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


async def decide(
    session: AsyncSession, rule_id: UUID, command: DecideGradingRule, *, by: Principal, now: datetime
) -> GradingRule:
    """A version whose day has come while it waited holds from the day of its approval."""
    await one_at_a_time(session, EDITION)
    row = await locked(session, GradingRule, rule_id)
    if row is None:
        raise GradingRuleUnknown
    if row.state != PROPOSED:
        raise GradingRuleDecided
    if row.proposed_by == by.actor:
        raise OwnGradingRule
    if not (await scope_of(session, by)).everything:
        raise HeadOfficeRules
    row.state = APPROVED if command.approve else REFUSED
    row.decided_by, row.decided_by_name, row.decided_on = by.actor, by.display_name, local_date(now)
    row.effective_from = max(row.effective_from, local_date(now))
    await session.flush()
    await editions.changed(session, EDITION)
    await _audited(session, "grading_rule.approved" if command.approve else "grading_rule.refused", row, by, now)
    return row


async def _latest(session: AsyncSession, code: str) -> GradingRule:
    query = select(GradingRule).where(GradingRule.code == code, GradingRule.state == APPROVED)
    query = query.order_by(GradingRule.effective_from.desc(), GradingRule.proposed_at.desc().nulls_last())
    found: GradingRule | None = await session.scalar(query.limit(1))
    if found is None:
        raise GradingRuleUnknown
    return found


async def _audited(session: AsyncSession, event: str, row: GradingRule, by: Principal, now: datetime) -> None:
    detail: dict[str, object] = {
        "when": dict(row.when), "result": row.result, "active": row.active,
        "effective_from": row.effective_from.isoformat(),
    }  # fmt: skip
    await audit.record(session, chain="settings", event=event, actor=by.actor, object=row.code, now=now, detail=detail)
