"""The rows of an export: as the list shows them to whoever asks, with his scope and his masks."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.cases import CaseRow
from casebackend.api.reports import CodingReport, Report
from casebackend.calendar.rules import SHANGHAI
from casebackend.cases import lists, search, views
from casebackend.cases.choices import CHANNELS
from casebackend.cases.conditions import CONDITIONS, MATTERS
from casebackend.cases.model import Case
from casebackend.cases.queries import eyes_of, seen_by
from casebackend.cases.queues import in_queue
from casebackend.exports import apart
from casebackend.exports.pages import Pages
from casebackend.exports.rules import Cell, Kind, Table
from casebackend.exports.selection import Selection
from casebackend.reports import agreement
from casebackend.reports import service as reports
from casebackend.reports.rules import YEAR_BEFORE

AT_ONCE = 200
LISTED, COUNTED, APART = "投诉列表", "统计", "不一致的分类"
DETAIL = "detail"
HEADINGS = (
    "编号", "性质", "事项类型", "状态", "客户", "被投诉机构", "反应渠道", "严重程度", "优先通道", "业务类别",
    "投诉原因", "业务办理渠道", "承办单位", "承办人", "收到时间", "登记时间", "办理期限", "是否超期", "催办次数",
    "结案时间", "回访结果", "内容摘要",
)  # fmt: skip
# What the list does not show but the reports count.
FURTHER = (
    Case.id, Case.matter_type, Case.cause_c, Case.business_channel_a, Case.filed_at, Case.closed_at, Case.satisfaction,
)  # fmt: skip

type Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]


def has_cases(selection: Selection) -> bool:
    return selection.kind is Kind.CASES or selection.report == DETAIL


def is_list(selection: Selection) -> bool:
    """Of which no more rows are written than were approved, as against a report that is counted anew."""
    return has_cases(selection) or bool(selection.own)


async def count(
    session: AsyncSession, principal: Principal, selection: Selection, *, as_of: datetime, most: int
) -> int:
    """Rows that it would have; of a list at most `most` + 1 are counted."""
    if selection.own:
        return await apart.count(session, principal, selection, as_of=as_of)
    if has_cases(selection):
        where = await _where(session, principal, selection, as_of)
        some = select(Case.id).where(*where).limit(most + 1).subquery()
        return int(await session.scalar(select(func.count()).select_from(some)) or 0)
    return sum(len(table.rows) for table in await _counts(session, principal, selection, as_of))


async def gathered(
    read: Reading, principal: Principal, selection: Selection, *, as_of: datetime, now: datetime, most: int
) -> tuple[list[Table], int]:
    """The tables, and how many rows fit by now; of cases the newest `most`, in short looks at the database. What was
    registered after `as_of` is no part of what was asked for."""
    async with read() as session:
        if selection.own:
            table, matched = await apart.table(session, principal, selection, as_of=as_of, now=now, most=most)
            return [table], matched
        tables = [] if selection.kind is Kind.CASES else await _counts(session, principal, selection, as_of)
        if not has_cases(selection):
            return tables, sum(len(table.rows) for table in tables)
        where = await _where(session, principal, selection, as_of)
        matched = int(await session.scalar(select(func.count()).select_from(Case).where(*where)) or 0)
    rows = Pages()
    after: str | None = None
    while len(rows) < most:
        async with read() as session:
            found = await _batch(session, principal, selection, as_of, after, min(AT_ONCE, most - len(rows)))
            rows.add(await _lines(session, found, now))
        if len(found) < AT_ONCE:
            break
        after = found[-1][1]
    return [*tables, Table(LISTED if not tables else "投诉明细", HEADINGS, rows)], matched


async def _where(
    session: AsyncSession, principal: Principal, selection: Selection, as_of: datetime
) -> list[ColumnElement[bool]]:
    eyes = eyes_of(principal, await scope_of(session, principal))
    given = selection.given
    if selection.fixed is not None and selection.period is not None:
        given = reports.base(selection.fixed, selection.period, given)
    asked = await search.clauses(session, given, now=as_of)
    return [seen_by(eyes), in_queue(selection.queue, eyes, as_of), *asked, Case.filed_at <= as_of]


async def _batch(
    session: AsyncSession, principal: Principal, selection: Selection, as_of: datetime, after: str | None, limit: int
) -> Sequence[Any]:
    query = lists.LISTED.where(*await _where(session, principal, selection, as_of))
    if after is not None:
        query = query.where(Case.number < after)
    return (await session.execute(query.order_by(Case.number.desc()).limit(limit))).all()


async def _lines(session: AsyncSession, found: Sequence[Any], now: datetime) -> list[list[Cell]]:
    shown = await views.rows(session, found, now=now)
    ids = [row.id for row in shown]
    further = {row[0]: row for row in await session.execute(select(*FURTHER).where(Case.id.in_(ids)))}
    return [_line(row, further) for row in shown]


def _line(row: CaseRow, further: dict[UUID, Any]) -> list[Cell]:
    _, matter, cause, channel_a, filed_at, closed_at, satisfaction = further[row.id]
    return [
        row.number, "二次投诉" if row.kind == "second" else "首次", MATTERS.get(matter, matter), row.status_label,
        row.customer_name, row.unit, CHANNELS.get(row.channel, row.channel), row.severity, row.lane,
        row.category_b, cause, channel_a, row.handling_unit, row.handler, _moment(row.received_at), _moment(filed_at),
        _day(row.promised_on), "超期" if row.overdue else "临期" if row.near_due else "否", row.urge_count,
        _moment(closed_at), (CONDITIONS["satisfaction"].choices or {}).get(satisfaction, satisfaction), row.summary,
    ]  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


async def _counts(session: AsyncSession, principal: Principal, selection: Selection, as_of: datetime) -> list[Table]:
    period = selection.period
    assert period is not None
    if selection.fixed is None:
        return _coding(await agreement.report(session, principal, period, given=selection.given, now=as_of))
    report = await reports.report(
        session, principal, selection.fixed, period, given=selection.given, by=selection.by, now=as_of
    )
    return [_counted(report, before="上年同期" if selection.fixed.compares == YEAR_BEFORE else "上期")]


def _counted(report: Report, before: str) -> Table:
    compares = report.total.before is not None
    by_channel = "channel" in (report.name, report.by)
    across = [CHANNELS.get(each, each) if by_channel else each for each in report.columns]
    headings = ("项目", "本期件数", before, "变动") if compares else ("项目", "件数", "占比", *across)
    rows: list[list[Cell]] = []
    for row in [*report.rows, report.total]:
        label = CHANNELS.get(row.label, row.label) if by_channel else row.label
        told: list[Cell] = ["　" * row.level + label, row.count]
        if compares:
            told += [row.before.count if row.before else None, _percent(row.change)]
        else:
            told += [_percent(row.share), *(cell.count for cell in row.cells)]
        rows.append(told)
    return Table(COUNTED, headings, rows)


def _coding(report: CodingReport) -> list[Table]:
    agreed: list[list[Cell]] = [
        [
            axis.label, axis.cases.count, axis.agreed.count, axis.differing.count, _percent(axis.share),
            None if axis.kappa is None else round(axis.kappa, 4),
        ]
        for axis in report.axes
    ]  # fmt: skip
    apart: list[list[Cell]] = [
        [axis.label, each.first, each.last, each.count] for axis in report.axes for each in axis.confused
    ]
    return [
        Table(COUNTED, ("分类", "两人均已分类", "一致", "不一致", "一致率", "κ"), agreed),
        Table(APART, ("分类", "承办人的分类", "最终分类", "件数"), apart),
    ]


def _percent(part: float | None) -> str:
    return "—" if part is None else f"{part * 100:.1f}%"
