"""Who is told when, as dated plans: a new one replaces that of its group for clocks that start from its day on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reminders import ReplaceReminders
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.clocks import queries
from casebackend.clocks.model import ReminderRule
from casebackend.clocks.settings import CHAIN
from casebackend.editions import changed
from casebackend.errors import Conflict, NotFound, Unprocessable

GROUP_LABELS = {
    "l": "法定时限", "pboc.": "人民银行转办", "review.": "核查决定", "matter.": "其他事项", "regulator": "监管要求",
    "designated": "指定答复期限", "referral": "转办单位要求", "suspension": "暂停办理预计恢复",
    "internal.": "内部环节", "internal.total": "内部总时限", "receive.": "接收", "contact.first": "首次联系客户",
    "supervision": "督办",
}  # fmt: skip


class GroupUnknown(NotFound):
    slug = "reminder-group-unknown"

    def __init__(self) -> None:
        super().__init__("没有这一类时限；请从列表中选择")


class PlanTooEarly(Unprocessable):
    slug, title = "reminders-too-early", "生效日不正确"

    def __init__(self) -> None:
        super().__init__("提醒规则最早自明天起生效：今天已开始的时限按原规则提醒")


class PlanKnown(Conflict):
    slug, title = "reminders-known", "该类时限已有同日生效的提醒规则"

    def __init__(self) -> None:
        super().__init__("同一类时限、同一生效日只能有一套提醒规则，请换一个生效日")


async def all_rows(session: AsyncSession) -> Sequence[ReminderRule]:
    """Those of a group together, its latest plan first."""
    order = ReminderRule.clock_group, ReminderRule.effective_from.desc(), ReminderRule.seq
    return (await session.scalars(select(ReminderRule).order_by(*order))).all()


async def replace(
    session: AsyncSession, command: ReplaceReminders, *, by: Principal, now: datetime
) -> list[ReminderRule]:
    known = [row for row in await all_rows(session) if row.clock_group == command.clock_group]
    if not known:
        raise GroupUnknown
    if command.effective_from <= local_date(now):
        raise PlanTooEarly
    if any(row.effective_from == command.effective_from for row in known):
        raise PlanKnown
    same = command.model_dump(include={"clock_group", "effective_from", "source", "evidence"})
    made = [ReminderRule(**same, **rule.model_dump(), seq=seq) for seq, rule in enumerate(command.rules, 1)]
    session.add_all(made)
    await session.flush()
    await changed(session, queries.REMINDERS)
    detail: dict[str, object] = {"effective_from": command.effective_from.isoformat(), "rules": len(made)}
    await audit.record(
        session, chain=CHAIN, event="reminders.replaced", actor=by.actor, object=command.clock_group, now=now,
        detail=detail,
    )  # fmt: skip
    return made
