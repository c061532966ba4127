"""Rules of danger and stirring as the bank changes them: somebody proposes a version from a day on, somebody else reads
and approves it, and only then does it hold. Expressions come with a release; what is proposed are plain words."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.dangers import DecideDangerRule, ProposeDangerRule
from casebackend.approvals import service as approvals
from casebackend.approvals.service import Book
from casebackend.calendar.rules import local_date
from casebackend.conversations.danger_rules import EDITION
from casebackend.conversations.errors import (
    DangerRuleDecided,
    DangerRuleUnknown,
    DangerRuleWrong,
    OwnDangerRule,
)
from casebackend.conversations.model import DangerRule
from casebackend.staff.rules import ROLE_NAMES, Role

# Who may approve; the graver post is named where somebody has several.
APPROVING = (Role.EXECUTIVE, Role.COMPLAINT_MANAGER, Role.DEPARTMENT_HEAD, Role.APPROVER, Role.TEAM_LEAD)
COPIED = ("code", "kind", "use", "says", "text", "severity", "handoff")


async def all_rows(session: AsyncSession) -> Sequence[DangerRule]:
    """Of each code the latest first."""
    order = (DangerRule.use, DangerRule.says, DangerRule.code, DangerRule.effective_from.desc(), DangerRule.id)
    return (await session.scalars(select(DangerRule).order_by(*order))).all()


async def propose(session: AsyncSession, command: ProposeDangerRule, *, by: Principal, now: datetime) -> DangerRule:
    """What is not said stays as it is."""
    before = await approvals.last_of(session, BOOK, command.code, read=command.based_on)
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
    )
    await approvals.propose(session, BOOK, made, before, by=by, now=now)
    return made


async def decide(
    session: AsyncSession, rule_id: UUID, command: DecideDangerRule, *, by: Principal, now: datetime
) -> DangerRule:
    row = await approvals.waiting(session, BOOK, rule_id, by=by)
    row.reviewed_by, row.reviewed_on = _post(by), local_date(now)
    await approvals.decide(session, BOOK, row, approve=command.approve, by=by, now=now)
    return row


def _post(by: Principal) -> str:
    return next((ROLE_NAMES[role] for role in APPROVING if role in by.roles), by.display_name)[:80]


def _kept(row: DangerRule) -> dict[str, object]:
    until = row.effective_until.isoformat() if row.effective_until else None
    return {
        "phrases": list(row.phrases), "at_words": row.at_words, "at_turns": row.at_turns,
        "within_hours": row.within_hours, "effective_from": row.effective_from.isoformat(), "effective_until": until,
    }  # fmt: skip


def _said(row: DangerRule) -> dict[str, object]:
    until = row.effective_until.isoformat() if row.effective_until else None
    return {
        "词语": list(row.phrases), "一条消息里的用语数": row.at_words, "出现次数": row.at_turns,
        "连续的小时数": row.within_hours, "停用日": until, "随产品交付的表达式": tuple(row.patterns),
    }  # fmt: skip


BOOK = Book(DangerRule, EDITION, "danger_rule", _kept, _said, DangerRuleUnknown, DangerRuleDecided, OwnDangerRule)
