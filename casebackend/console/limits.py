"""时限与日历: the limits with their sources, who runs by which profile, and the working calendar."""

import calendar as months
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.limits import AddLimit, EditDay, GiveDuty, ImportNotice, NoticeResult, UseProfile
from casebackend.calendar.model import CalendarDay
from casebackend.calendar.queries import calendar_alarm, day_of, days_of
from casebackend.calendar.rules import local_date
from casebackend.calendar.service import DayUnknown
from casebackend.cases.rules import Move
from casebackend.cases.words import MOVE_LABELS
from casebackend.clocks import extending, queries, settings
from casebackend.clocks.limits import calendar_alarm_days
from casebackend.clocks.rules import BY_LAW, amount_text
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, is_partial, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.organisations.queries import all_names
from casebackend.organisations.rules import LEVEL_NAMES, Level
from casebackend.staff.rules import ROLE_NAMES, Role
from casebackend.workflow import duties
from casebackend.workflow import queries as workflow
from casebackend.workflow import service as profiles
from casebackend.workflow.routes import duties_view, uses_view
from casebackend.workflow.rules import STANDS, Taker, nodes

bp = console("limits")
UNITS = {
    "calendar_days": "日", "working_days": "工作日", "hours": "小时", "business_hours": "工作小时", "times": "次",
}  # fmt: skip
EVIDENCE = {
    "A": "官方原文", "B": "条文摘录或两处独立来源", "C": "单一二手来源", "S": "业务制度资料",
    "D": "本行设计", "U": "未核实",
}  # fmt: skip
APPROVERS = {
    "unit_head": "承办机构负责人", "superior_head": "上级机构负责人", "department_head": "部门负责人",
    "approver": "审核人", "complaint_manager": "投诉管理部门负责人", "executive": "总行高管",
}  # fmt: skip
FIRST = "投诉的法定时限和相关期限"
GROUPS = {
    "matter": "其他事项",
    "internal": "内部环节", "receive": "内部环节", "task": "内部环节",
    "near": "内部环节", "calendar": "工作日历",
}  # fmt: skip
SIGNS = {"holiday": "休", "swap": "班"}


def grid(days: Sequence[CalendarDay]) -> list[dict[str, Any]]:
    """Twelve months of weeks from Monday; a day without data is shown as such."""
    known = {day.day: day for day in days}
    year = days[0].day.year if days else None
    if year is None:
        return []
    weeks_of = months.Calendar().monthdatescalendar
    return [
        {
            "month": month,
            "weeks": [
                [known.get(day) if day.month == month else None for day in week] for week in weeks_of(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def grouped(limits: Sequence[queries.LimitRow]) -> list[tuple[str, list[queries.LimitRow]]]:
    """By what the code begins with; a complaint of law first."""
    found: dict[str, list[queries.LimitRow]] = {heading: [] for heading in dict.fromkeys([FIRST, *GROUPS.values()])}
    for row in limits:
        found[GROUPS.get(row.code.partition(".")[0], FIRST)].append(row)
    return list(found.items())


def _order(row: queries.LimitRow) -> tuple[bool, str, str, date]:
    """What the law says stands first."""
    return row.code not in BY_LAW, row.code, row.severity, row.effective_from


def _taken(taker: Taker) -> str:
    """Who takes a move that decides, in words."""
    levels = "、".join(LEVEL_NAMES[level] for level in Level if level in taker.levels)
    only = [f"{levels}承办的投诉"] if levels else []
    only += ["一般投诉"] if taker.ordinary else []
    who = STANDS[taker.stand] + "或".join(ROLE_NAMES[Role(role)] for role in taker.roles)
    return f"{MOVE_LABELS[Move(taker.move)]}：{who}" + (f"（限{'、'.join(only)}）" if only else "")


def _names(limits: Sequence[queries.LimitRow]) -> dict[str, str]:
    """By code. One that a profile has for itself says so, where its label alone would not."""
    named = {row.code: row.label for row in limits}
    alike = Counter(named.values())
    return {
        code: next(
            (f"{label} · {text}" for profile, text in profiles.profile_names().items() if code.endswith(f"_{profile}")),
            label,
        )
        if alike[label] > 1
        else label
        for code, label in named.items()
    }


def _codes_of_profiles(limits: Sequence[queries.LimitRow]) -> dict[str, str]:
    """What a profile may narrow, whether or not it has been yet."""
    labels, names = {row.code: row.label for row in limits}, profiles.profile_names()
    return {
        f"{code}.{profile}": f"{labels[code]} · 限{names[profile]}"
        for code in extending.BY_PROFILE
        if code in labels
        for profile in extending.PROFILES
    }


async def _values(request: Request, session: AsyncSession) -> dict[str, Any]:
    today = local_date(request.app.ctx.now())
    given = request.args.get("year", "")
    year = int(given) if given.isascii() and given.isdigit() and 2000 <= int(given) <= 2100 else today.year
    days = await days_of(session, year)
    soon, _ = await calendar_alarm_days(session, today)
    chains = await workflow.chains(session)
    return {
        "alarm": await calendar_alarm(session, today, soon),
        "groups": grouped(limits := sorted(await queries.all_limits(session), key=_order)),
        "names": (names := _names(limits)),
        "codes": names | _codes_of_profiles(limits),
        "of_profile": extending.of_profile,
        "units": UNITS,
        "evidence": EVIDENCE,
        "approvers": APPROVERS,
        "amount": amount_text,
        "year": year,
        "months": grid(days),
        "signs": SIGNS,
        "worked": sum(day.is_workday for day in days),
        "profiles": (uses := await uses_view(session)).profiles,
        "uses": uses.uses,
        "duties": await duties_view(session, today),
        "chains": [
            (profile, chain, max(versions), nodes(versions[max(versions)]))
            for (profile, chain), versions in chains.items()
        ],
        "taken": _taken,
        "organisations": await all_names(session),
        "may_edit": may(request, "/limits/notices", "POST"),
        "today": today,
        "chosen": None,
        "result": None,
        "text": "",
        "source": "",
    }


@bp.get("/limits")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    values = await _values(request, session)
    given = request.args.get("day", "")
    if values["may_edit"] and given:
        try:
            values["chosen"] = await day_of(session, date.fromisoformat(given))
        except ValueError:
            raise DayUnknown from None
    return page(request, "limits.html", **values)


@bp.post("/limits")
@transactional
async def add(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    given: dict[str, Any] = {name: form[name] for name in AddLimit.model_fields if name in form}
    approvers = request.form.getlist("approvers") if request.form else None
    more = {"rolls_forward": "rolls_forward" in form, "approvers": approvers or None}
    command = AddLimit.model_validate(given | more)
    await settings.add_limit(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, "/limits#limits")


@bp.post("/limits/days/<day:ymd>")
@transactional
async def edit_day(request: Request, session: AsyncSession, day: date) -> HTTPResponse:
    form = form_of(request)
    found = await day_of(session, day)
    if found is None:
        raise DayUnknown
    require_version(form.get("version"), found.version)
    command = EditDay(
        is_workday=form.get("is_workday") == "yes", note=form.get("note") or None, source=form.get("source", "")
    )
    await settings.edit_day(session, day, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/limits?year={day.year}#calendar")


@bp.post("/limits/notices")
@transactional
async def import_notice(request: Request, session: AsyncSession) -> HTTPResponse:
    """First the difference, then the same form again with 确认."""
    form = form_of(request)
    command = ImportNotice(
        text=form.get("text", ""), source=form.get("source", ""), confirm=form.get("confirm") == "yes"
    )
    result: NoticeResult = await settings.import_notice(
        session, command, by=request.ctx.principal, now=request.app.ctx.now()
    )
    if command.confirm:
        return go(request, f"/limits?year={result.year}#calendar")
    if is_partial(request):
        return page(request, "_notice_result.html", result=result)
    values = await _values(request, session)
    return page(request, "limits.html", **values | {"result": result, "text": command.text, "source": command.source})


@bp.post("/limits/duties")
@transactional
async def give_duty(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    command = GiveDuty.model_validate({name: form[name] for name in GiveDuty.model_fields if name in form})
    now = request.app.ctx.now()
    await duties.give(session, command, profiles.duty_names(), by=request.ctx.principal, now=now)
    return go(request, "/limits#duties")


@bp.post("/limits/uses")
@transactional
async def use(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    command = UseProfile.model_validate({name: form[name] for name in UseProfile.model_fields if name in form})
    await profiles.use_profile(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, "/limits#profiles")
