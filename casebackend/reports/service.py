"""A fixed report for one reader: rows, totals, and the conditions behind each number."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import CaseRow
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

type Columns = Sequence[tuple[Spec, Mapping[Any, int]]]


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
    columns: Columns = []
    if by and fixed.across:
        columns, counts = await _across(session, principal, fixed, period, whole, by, now=now)
    else:
        counts = await queries.counts(session, principal, whole, dimension, now=now)
    earlier, earlier_counts = await _earlier(session, principal, fixed, period, given, dimension, now)
    if unit_of_time is not None:
        specs = dimensions.time_specs(period, unit_of_time)
    else:
        present = counts.keys() | earlier_counts.keys()
        specs = await dimensions.specs(session, dimension, present, whole, _labels(dimension))
    everything = Spec("total", TOTAL, 0, frozenset(counts) | frozenset(earlier_counts), {})
    every = sum(counts.values())
    [total, *rows] = [
        _row(spec, whole, counts, earlier, earlier_counts, every, columns) for spec in (everything, *specs)
    ]
    rows = [row for row in rows if row.count or (row.before and row.before.count) or unit_of_time]
    return Report(
        name=fixed.name,
        title=fixed.title,
        definition=fixed.definition,
        first=period.first,
        last=period.last,
        by=unit_of_time or (by if columns else dimension if fixed.compares else None),
        columns=[each.label for each, _ in columns],
        total=total,
        rows=rows if _is_tree(dimension) or unit_of_time else sorted(rows, key=lambda row: -row.count),
        cases=await _newest(session, principal, whole, now=now) if fixed.detail else [],
    )


async def _newest(session: AsyncSession, principal: Principal, whole: Given, *, now: datetime) -> list[CaseRow]:
    found, _ = await lists.page(session, principal, now=now, given=whole, by_receipt=True)
    return await views.rows(session, found, now=now)


async def _across(
    session: AsyncSession,
    principal: Principal,
    fixed: Fixed,
    period: Period,
    whole: Given,
    by: str,
    *,
    now: datetime,
) -> tuple[Columns, dict[Any, int]]:
    """The columns and the sums of their rows: of a tree its topmost, and none without a case but a month."""
    if not fixed.takes(by, period):
        raise BadFilter("by")
    across = "time" if by == By.MONTH else by
    cells = await queries.crossed(session, principal, whole, fixed.dimension, across, now=now)
    if across == "time":
        specs = dimensions.time_specs(period, By.MONTH)
    else:
        present = {value for _, value in cells}
        every = await dimensions.specs(session, across, present, whole, _labels(across))
        specs = [each for each in every if each.level == 0 and each.values & present]
    return [(each, _summed(cells, each.values)) for each in specs], _summed(cells)


def _summed(cells: Mapping[tuple[Any, Any], int], of: Collection[Any] | None = None) -> dict[Any, int]:
    """By the values of the rows, over some or all values of the columns."""
    found: dict[Any, int] = {}
    for (value, across), count in cells.items():
        if of is None or across in of:
            found[value] = found.get(value, 0) + count
    return found


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
    return dimension in (*dimensions.UNITS, "region") or bool(getattr(CONDITIONS.get(dimension), "dictionary", None))


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
    columns: Columns,
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
        cells=[_figure(spec, whole | column.narrow, held) for column, held in columns],
    )
