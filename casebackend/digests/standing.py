"""How it stands this minute, for those who lead: who waits, what is late and where, what does not work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.standing import FigureView, StandingView, UnitAlarm, UnitView
from casebackend.calendar.queries import ends_soon
from casebackend.calendar.rules import end_of_day, local_date
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.clocks.limits import calendar_alarm_days
from casebackend.conversations.model import Delivery, Turn
from casebackend.conversations.rules import Channel, DeliveryState
from casebackend.digests import jobs
from casebackend.digests.model import UnitEpisode
from casebackend.handoffs import queries as handoffs
from casebackend.notices import queries as notices
from casebackend.notices.thresholds import Thresholds, in_force
from casebackend.organisations.model import Organisation

ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
UNDELIVERED = (DeliveryState.FAILED, DeliveryState.MAYBE_SENT)
UNASSIGNED = (Status.ACCEPTED, Status.DISPATCHED)
QUESTIONNAIRE = "questionnaire"


@dataclass(frozen=True, slots=True)
class _Figure:
    code: str
    label: str
    value: int | None
    unit: str
    href: str | None = None


async def standing(session: AsyncSession, by: Principal, *, now: datetime) -> StandingView:
    units = await _units(session, by, now)
    soon, _ = await calendar_alarm_days(session, local_date(now))
    ends = await ends_soon(session, local_date(now), soon)
    missing = await jobs.missing(session, now=now)
    return StandingView(
        at=now,
        figures=await figures(session, by, now=now),
        units=units,
        digests_missing=missing.count,
        digests_unreachable=list(missing.unreachable),
        calendar_ends=ends,
    )


async def figures(session: AsyncSession, by: Principal, *, now: datetime) -> list[FigureView]:
    """Each with the line over which it is an alarm."""
    limits = await in_force(session, now)
    found = [*await _talks(session, by, now), *await _cases(session, by, now), *await _machines(session, now)]
    return [_view(each, limits) for each in found]


def _view(figure: _Figure, limits: Thresholds) -> FigureView:
    limit = limits.number(f"board.{figure.code}")
    return FigureView(
        code=figure.code,
        label=figure.label,
        value=figure.value,
        unit=figure.unit,
        limit=limit,
        alarm=figure.value is not None and figure.value >= limit,
        href=figure.href,
    )


async def _talks(session: AsyncSession, by: Principal, now: datetime) -> list[_Figure]:
    waiting = await handoffs.waiting(session, by)
    since = min((at for talk in waiting if (at := talk.wanted_from or talk.queued_at) is not None), default=now)
    longest = max(int((now - since) / MINUTE), 0)
    href = "/queue?tab=talks"
    return [
        _Figure("waiting", "等待人工的会话", len(waiting), "个", href),
        _Figure("longest_wait", "最长等待", longest, "分钟", href),
    ]


async def _cases(session: AsyncSession, by: Principal, now: datetime) -> list[_Figure]:
    """Counted exactly as the lists behind the links do."""

    async def count(*where: ColumnElement[bool]) -> int:
        return int(await session.scalar((await cases.scoped(session, by, func.count())).where(*where)) or 0)

    untold = await count(cases.undelivered())
    free = (Case.handler_id.is_(None), Case.status.in_(UNASSIGNED))
    return [
        _Figure("overdue", "超期投诉", await count(cases.overdue(now)), "件", "/query?overdue=1"),
        _Figure("near_due", "临期投诉（含超期）", await count(cases.near_due(now)), "件", "/query?near_due=1"),
        _Figure("undelivered", "处理结果未送达", untold, "件", "/query?undelivered=1" if untold else None),
        _Figure("unassigned", "待承办投诉", await count(*free), "件", "/queue?tab=unassigned"),
    ]


async def _machines(session: AsyncSession, now: datetime) -> list[_Figure]:
    """Since midnight: what the bot could not answer, and what did not arrive at customers and colleagues. That a
    page is closed is no fault: what waits for it is fetched when it opens."""
    since = end_of_day(local_date(now) - ONE_DAY)
    taken = select(func.count()).select_from(Turn).where(Turn.created_at >= since, Turn.engine.is_not(None))
    every = int(await session.scalar(taken) or 0)
    fallen = int(await session.scalar(taken.where(Turn.engine == QUESTIONNAIRE)) or 0)
    lost = select(func.count()).select_from(Delivery)
    waits = and_(Delivery.state == DeliveryState.HELD, Delivery.channel != Channel.WEBCHAT)
    lost = lost.where(or_(Delivery.state.in_(UNDELIVERED), waits), Delivery.created_at >= since)
    failed = int(await session.scalar(lost) or 0) + await notices.undelivered(session, since=since)
    return [
        _Figure(
            "fallback", f"机器人转问卷（今日 {fallen}/{every} 轮）", round(100 * fallen / every) if every else None, "%"
        ),
        _Figure("failed", "今日未送达消息", failed, "条"),
    ]


async def _units(session: AsyncSession, by: Principal, now: datetime) -> list[UnitView]:
    """By the unit in charge; each number opens its list. The worst first."""
    counted = await by_unit(session, by, now=now)
    late, near = counted["overdue"], counted["near_due"]
    names = await names_of(session, [*late, *near])
    alarms = await _alarms(session)
    found = [
        UnitView(
            id=unit,
            name=names.get(unit, "未分派") if unit else "未分派",
            overdue=late.get(unit, 0),
            near_due=near.get(unit, 0),
            alarms=alarms.get(unit, []) if unit else [],
        )
        for unit in dict.fromkeys([*late, *near])
    ]
    return sorted(found, key=lambda each: (-each.overdue, -each.near_due, each.name))


async def _alarms(session: AsyncSession) -> dict[UUID, list[UnitAlarm]]:
    found: dict[UUID, list[UnitAlarm]] = {}
    running = select(UnitEpisode).where(UnitEpisode.ended_at.is_(None)).order_by(UnitEpisode.began_at, UnitEpisode.id)
    for each in await session.scalars(running):
        alarm = UnitAlarm.model_validate({"code": each.code, "line": each.line, "since": each.began_at})
        found.setdefault(each.unit_id, []).append(alarm)
    return found


async def by_unit(session: AsyncSession, by: Principal, *, now: datetime) -> dict[str, dict[UUID | None, int]]:
    """Those figures of the board that each unit in charge has for itself."""
    return {
        "overdue": await _by_unit(session, by, cases.overdue(now)),
        "near_due": await _by_unit(session, by, cases.near_due(now)),
    }


async def _by_unit(session: AsyncSession, by: Principal, where: ColumnElement[bool]) -> dict[UUID | None, int]:
    query = await cases.scoped(session, by, Case.handling_unit_id, func.count())
    rows = await session.execute(query.where(where).group_by(Case.handling_unit_id))
    return {unit: count for unit, count in rows}


async def names_of(session: AsyncSession, ids: Sequence[UUID | None]) -> dict[UUID, str]:
    rows = await session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {identity: name for identity, name in rows}
