"""Rules of severity and of the lane as the bank changes them: somebody proposes a version from a day on, somebody else
of head office approves it, and only then does it hold, for cases received from its day on."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.grading import DecideGradingRule, ProposeGradingRule
from casebackend.approvals import service as approvals
from casebackend.approvals.service import Book
from casebackend.calendar.rules import local_date
from casebackend.conversations.danger_rules import all_rules as all_dangers
from casebackend.customers.spelling import simplified
from casebackend.grading import conditions
from casebackend.grading.errors import (
    GradingRuleDecided,
    GradingRuleUnknown,
    GradingRuleWrong,
    HeadOfficeRules,
    OwnGradingRule,
)
from casebackend.grading.model import GradingRule
from casebackend.grading.queries import EDITION
from casebackend.grading.rules import Purpose
from casebackend.matters.catalogue import catalogue

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
    before = await approvals.last_of(session, BOOK, command.code, read=command.based_on)
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
    )
    same = (made.when, made.result, made.active) == (before.when, before.result, before.active)
    if same and command.effective_from >= before.effective_from:
        raise GradingRuleWrong("这一版与现行规则相同")
    await approvals.propose(session, BOOK, made, before, by=by, now=now)
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
    row = await approvals.waiting(session, BOOK, rule_id, by=by)
    if not (await scope_of(session, by)).everything:
        raise HeadOfficeRules
    row.decided_on = local_date(now)
    await approvals.decide(session, BOOK, row, approve=command.approve, by=by, now=now)
    return row


def _kept_of(row: GradingRule) -> dict[str, object]:
    return {
        "when": dict(row.when), "result": row.result, "active": row.active,
        "effective_from": row.effective_from.isoformat(),
    }  # fmt: skip


def _said(row: GradingRule) -> dict[str, object]:
    sources = {code: source.label for code, source in catalogue().sources.items()}
    return conditions.said(row.when, sources) | {"结果": row.result if row.active else "停用"}


BOOK = Book(
    GradingRule, EDITION, "grading_rule", _kept_of, _said, GradingRuleUnknown, GradingRuleDecided, OwnGradingRule
)
