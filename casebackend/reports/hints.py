"""How good the suggested classes are, code by code: taken over, or changed by the person who classified."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reports import AxisHints, CodeHints, Figure, HintsReport, UnitHints
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.hinting import became, hinted, unit_became
from casebackend.cases.hints import SUGGESTED
from casebackend.cases.queries import scoped
from casebackend.cases.search import Given, as_pairs, clauses
from casebackend.reports.rules import COUNTED, Period

NAME, TITLE = "hints", "分类建议采纳"
JUDGED = ("first", "among", "changed")
DISPATCHED = ("first", "second", "other")
DEFINITION = (
    "登记时系统按关键词建议业务类别和投诉原因，与经人员分类或签署后的最后分类逐件比较，按首选建议的分类逐行统计。"
    "采纳率＝最后分类与首选建议相同的件数÷有建议且经人员分类的件数。尚未经人员分类的、当时没有建议的不计入采纳率。"
    "承办单位建议在转办时给出，与实际转办的单位比较；多次转办的投诉计一件，有一次采纳首选即计首选。" + COUNTED
)

type Counts = Mapping[str | None, Counter[str]]


async def report(
    session: AsyncSession, principal: Principal, period: Period, *, given: Given, now: datetime
) -> HintsReport:
    usual: Given = {"counted": [True], "kind": ["first", "second"], "matter_type": ["complaint"]}
    whole = usual | given | {"received_from": [period.first], "received_to": [period.last]}
    for axis in SUGGESTED:
        for asked in (f"hinted_{axis}", f"hint_{axis}"):  # what became of them is what is asked here
            whole.pop(asked, None)
    whole.pop("hint_unit", None)
    return HintsReport(
        title=TITLE,
        definition=DEFINITION,
        first=period.first,
        last=period.last,
        axes=[_axis(axis, await _counts(session, principal, axis, whole, now=now), whole) for axis in SUGGESTED],
        units=await _units(session, principal, whole, now=now),
    )


async def _units(session: AsyncSession, principal: Principal, whole: Given, *, now: datetime) -> UnitHints:
    query = await scoped(session, principal, unit_became().label("became"))
    rows = query.where(*await clauses(session, whole, now=now)).subquery()
    grouped = rows.select().with_only_columns(rows.c.became, func.count()).group_by(rows.c.became)
    counts = {what: count for what, count in await session.execute(grouped)}
    made = sum(counts.get(each, 0) for each in DISPATCHED)
    figures = {each: _figure(counts.get(each, 0), whole, {"hint_unit": [each]}) for each in DISPATCHED}
    share = counts.get("first", 0) / made if made else None
    return UnitHints(made=_figure(made, whole, {"hint_unit": list(DISPATCHED)}), share=share, **figures)


async def _counts(session: AsyncSession, principal: Principal, axis: str, whole: Given, *, now: datetime) -> Counts:
    """By the surest suggestion: how many became what. Over the rows of a subquery, like the report beside it."""
    query = await scoped(session, principal, hinted(axis).label("code"), became(axis).label("became"))
    rows = query.where(*await clauses(session, whole, now=now)).subquery()
    found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    grouped = rows.select().with_only_columns(rows.c.code, rows.c.became, func.count())
    for code, what, count in await session.execute(grouped.group_by(rows.c.code, rows.c.became)):
        found[code][what] += count
    return found


def _axis(axis: str, counts: Counts, whole: Given) -> AxisHints:
    every = sum(counts.values(), Counter[str]())
    codes = sorted(
        (code for code in counts if code is not None and any(counts[code][each] for each in JUDGED)),
        key=lambda code: (-sum(counts[code][each] for each in JUDGED), code),
    )
    return AxisHints(
        axis=axis,
        label=CONDITIONS[axis].label,
        total=_row("", every, {}, axis, whole),
        unjudged=_figure(every["unjudged"], whole, {f"hint_{axis}": ["unjudged"]}),
        unsuggested=_figure(every["unsuggested"], whole, {f"hint_{axis}": ["unsuggested"]}),
        codes=[_row(code, counts[code], {f"hinted_{axis}": [code]}, axis, whole) for code in codes],
    )


def _row(code: str, counts: Mapping[str, int], narrow: Given, axis: str, whole: Given) -> CodeHints:
    total = sum(counts[each] for each in JUDGED)
    figures = {each: _figure(counts[each], whole, narrow | {f"hint_{axis}": [each]}) for each in JUDGED}
    return CodeHints(
        code=code,
        judged=_figure(total, whole, narrow | {f"hint_{axis}": list(JUDGED)}),
        share=counts["first"] / total if total else None,
        **figures,
    )


def _figure(count: int, whole: Given, narrow: Given) -> Figure:
    return Figure(count=count, query=urlencode(as_pairs(whole | narrow)))
