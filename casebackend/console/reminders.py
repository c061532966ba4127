"""提醒规则与提醒参数: who is told when, and by which numbers; both change by a new dated row."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.reminders import AddThreshold, ReplaceReminders
from casebackend.calendar.rules import local_date
from casebackend.clocks import plans
from casebackend.clocks.model import ReminderRule
from casebackend.clocks.plans import GROUP_LABELS
from casebackend.clocks.rules import amount_text
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.notices import thresholds
from casebackend.notices.model import Threshold

bp = console("reminders")
HERE = "/limits/reminders"
KINDS = {"near_due": "临期提醒", "overdue": "超期提醒", "escalation": "升级提醒"}
ANCHORS = {
    "near": "该时限自身的提醒时刻", "before": "最后一日前几日 9:00", "due": "到期时", "after": "到期后几个工作日 9:00",
    "share": "已用时长占比（0–1）",
}  # fmt: skip
RECIPIENTS = {
    "handler": "承办人", "head": "承办单位负责人", "superior": "承办人的上级", "superior2": "承办人的再上一级",
    "manager": "投诉管理岗", "executive": "总行高管",
}  # fmt: skip
PARAMETERS = {
    "quiet": "提醒与催办", "urge": "提醒与催办", "unread": "提醒与催办", "supervision": "提醒与催办",
    "extension": "提醒与催办", "digest": "每日汇总", "task": "协办、会签与回避", "recusal": "协办、会签与回避",
    "assignment": "分派承办人", "talk": "人工会话", "board": "运行看板的警示线", "attachment": "附件和录音",
    "recording": "附件和录音", "import": "机构人员导入", "survey": "回访",
}  # fmt: skip
OTHER = "其他"
SPARE, MOST = 3, 20


def when(rule: ReminderRule) -> str:
    amount = amount_text(rule.amount)
    said = {
        "before": f"最后一日前 {amount} 日 9:00",
        "after": f"到期后 {amount} 个工作日 9:00",
        "share": f"时长过 {rule.amount * 100:.0f}%",
    }
    return said.get(rule.anchor, ANCHORS[rule.anchor])


def versions(rows: Sequence[ReminderRule]) -> list[tuple[str, date, list[ReminderRule]]]:
    """Of each group its plans, the latest first."""
    together = groupby(rows, key=lambda row: (row.clock_group, row.effective_from))
    return [(group, day, list(found)) for (group, day), found in together]


def grouped(rows: Sequence[Threshold]) -> list[tuple[str, list[Threshold]]]:
    """By what the code begins with."""
    found: dict[str, list[Threshold]] = {heading: [] for heading in dict.fromkeys([*PARAMETERS.values(), OTHER])}
    for row in rows:
        found[PARAMETERS.get(row.code.partition(".")[0], OTHER)].append(row)
    return [(heading, rows) for heading, rows in found.items() if rows]


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    found = versions(await plans.all_rows(session))
    latest = {group: rules for group, _, rules in reversed(found)}
    chosen = request.args.get("group", "")
    rules = latest.get(chosen, [])
    numbers = await thresholds.all_rows(session)
    return page(
        request,
        "reminders.html",
        plans=found,
        chosen=chosen if rules else None,
        rules=rules,
        blank=range(len(rules), min(MOST, len(rules) + SPARE)),
        groups=GROUP_LABELS,
        kinds=KINDS,
        anchors=ANCHORS,
        recipients=RECIPIENTS,
        when=when,
        amount=amount_text,
        parameters=grouped(numbers),
        codes={row.code: row.label for row in numbers},
        today=local_date(request.app.ctx.now()),
        may_edit=may(request, HERE, "POST"),
    )


def _rules(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of the form that say what to do; an empty one is left out."""
    names = ("kind", "anchor", "amount", "recipient")
    rows = [{name: form.get(f"{name}-{place}", "") for name in names} for place in range(MOST)]
    return [row | {"amount": row["amount"] or "0"} for row in rows if row["kind"]]


@bp.post(HERE)
@transactional
async def replace(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    given = {name: form.get(name, "") for name in ("clock_group", "effective_from", "source")}
    command = ReplaceReminders.model_validate(given | {"rules": _rules(form)})
    await plans.replace(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)


@bp.post(f"{HERE}/thresholds")
@transactional
async def add_threshold(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    given = {name: form.get(name, "") for name in ("code", "value", "effective_from", "source")}
    command = AddThreshold.model_validate(given)
    await thresholds.add(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HERE}#thresholds")
