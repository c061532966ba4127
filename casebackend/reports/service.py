"""A fixed report for one reader: rows, totals, and the conditions behind each number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reports import Figure, Report, ReportRow
from casebackend.cases import lists, views
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.search import Given, as_pairs
from casebackend.paging import BadFilter
from casebackend.reports import dimensions, queries
from casebackend.reports.dimensions import Spec
from casebackend.reports.rules import (
    COMPARABLE,
    MOST_BUCKETS,
    YEAR_BEFORE,
    By,
    Fixed,
    Period,
    a_year_before,
    change,
    period_before,
    usual_by,
)

TOTAL = "合计"


def base(fixed: Fixed, period: Period, given: Given) -> Given:
    """The conditions of all that the report counts. What the reader asked for besides narrows it."""
    usual: Given = {"counted": [True], "kind": ["first", "second"]}
    if fixed.name != "category":
        usual["matter_type"] = ["complaint"]
    if fixed.name == "extended":
        usual["extended"] = [True]
    return usual | given | {"received_from": [period.first], "received_to": [period.last]}


async def report(
    session: AsyncSession,
    principal: Principal,
    fixed: Fixed,
    period: Period,
    *,
    given: Given,
    by: str | None,
    now: datetime,
) -> Report:
    dimension, unit_of_time = _dimension(fixed, period, by)
    whole = base(fixed, period, given)
    counts = await queries.counts(session, principal, whole, dimension, now=now)
    earlier, earlier_counts = await _earlier(session, principal, fixed, period, given, dimension, now)
    if unit_of_time is not None:
        specs = dimensions.time_specs(period, unit_of_time)
    else:
        present = counts.keys() | earlier_counts.keys()
        specs = await dimensions.specs(session, dimension, present, whole, _labels(dimension))
    everything = Spec("total", TOTAL, 0, frozenset(counts) | frozenset(earlier_counts), {})
    total = _row(everything, whole, counts, earlier, earlier_counts, sum(counts.values()))
    rows = [_row(spec, whole, counts, earlier, earlier_counts, total.count) for spec in specs]
    rows = [row for row in rows if row.count or (row.before and row.before.count) or unit_of_time]
    cases = []
    if fixed.name == "detail":
        found, _ = await lists.page(session, principal, now=now, given=whole, by_receipt=True)
        cases = await views.rows(session, found, now=now)
    return Report(
        name=fixed.name,
        title=fixed.title,
        definition=fixed.definition,
        first=period.first,
        last=period.last,
        by=unit_of_time or (dimension if fixed.compares else None),
        total=total,
        rows=rows if _is_tree(dimension) or unit_of_time else sorted(rows, key=lambda row: -row.count),
        cases=cases,
    )


def _dimension(fixed: Fixed, period: Period, by: str | None) -> tuple[str, By | None]:
    """What the rows are; and for the time report, how long a row lasts."""
    if fixed.dimension == "time":
        try:
            chosen = By(by) if by else usual_by(period)
        except ValueError:
            raise BadFilter("by") from None
        if chosen is By.DAY and (period.last - period.first).days >= MOST_BUCKETS:
            raise BadFilter("by")
        return fixed.dimension, chosen
    if fixed.compares and by:
        if by not in COMPARABLE:
            raise BadFilter("by")
        return by, None
    return fixed.dimension, None


async def _earlier(
    session: AsyncSession,
    principal: Principal,
    fixed: Fixed,
    period: Period,
    given: Given,
    dimension: str,
    now: datetime,
) -> tuple[Given | None, dict[Any, int]]:
    if fixed.compares is None:
        return None, {}
    before = a_year_before(period) if fixed.compares == YEAR_BEFORE else period_before(period)
    earlier = base(fixed, before, given)
    return earlier, await queries.counts(session, principal, earlier, dimension, now=now)


def _is_tree(dimension: str) -> bool:
    return dimension in ("unit", "handling_unit") or bool(getattr(CONDITIONS.get(dimension), "dictionary", None))


def _labels(dimension: str) -> Mapping[str, str]:
    condition = CONDITIONS.get(dimension)
    return (condition.choices or {}) if condition else {}


def _figure(spec: Spec, whole: Given, counts: Mapping[Any, int]) -> Figure:
    count = sum(n for value, n in counts.items() if value in spec.values)
    return Figure(count=count, query=urlencode(as_pairs(whole | spec.narrow)))


def _row(
    spec: Spec,
    whole: Given,
    counts: Mapping[Any, int],
    earlier: Given | None,
    earlier_counts: Mapping[Any, int],
    total: int,
) -> ReportRow:
    this = _figure(spec, whole, counts)
    before = _figure(spec, earlier, earlier_counts) if earlier is not None else None
    return ReportRow(
        key=spec.key,
        label=spec.label,
        level=spec.level,
        count=this.count,
        query=this.query,
        share=this.count / total if total else None,
        before=before,
        change=change(this.count, before.count) if before else None,
    )
