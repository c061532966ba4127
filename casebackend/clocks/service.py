from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import Calendar, business_minutes_between, local_date
from casebackend.clocks import queries, rules
from casebackend.clocks.model import Limit, ReminderRule, Timer
from casebackend.clocks.rules import Due, StopReason, Strike, Term, Unit
from casebackend.editions import changed
from casebackend.errors import Conflict

HERE = Path(__file__).parent
SEED, REMINDERS = HERE / "limits.yml", HERE / "reminders.yml"
FROM_THE_BEGINNING = date(2020, 1, 1)
APPROVED = "经批准延长"


class LimitMissing(Conflict):
    slug, title = "limit-missing", "没有配置时限"

    def __init__(self, code: str) -> None:
        super().__init__(f"没有时限 {code}，请先配置")


class LimitKnown(Conflict):
    slug, title = "limit-known", "该时限已有同日生效的数据"

    def __init__(self) -> None:
        super().__init__("同一时限、同一等级、同一生效日只能有一条，请换一个生效日")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = {row[:] for row in await session.execute(select(Limit.code, Limit.severity, Limit.effective_from))}
    for row in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        if (row["code"], row.get("severity", ""), row["effective_from"]) not in known:
            session.add(Limit(**row | {"amount": Decimal(str(row["amount"]))}))
    if await session.scalar(select(ReminderRule.id).limit(1)) is None:
        for seq, row in enumerate(yaml.safe_load(REMINDERS.read_text(encoding="utf-8")), 1):
            session.add(_reminder_rule(seq, row))
    await session.flush()
    await changed(session, queries.LIMITS)
    await changed(session, queries.REMINDERS)


def _reminder_rule(seq: int, row: dict[str, Any]) -> ReminderRule:
    return ReminderRule(
        clock_group=row["group"],
        seq=seq,
        kind=row["kind"],
        anchor=row["anchor"],
        amount=Decimal(str(row["amount"])),
        recipient=row["to"],
        effective_from=FROM_THE_BEGINNING,
        source="本系统设计",
        evidence="D",
    )


async def add_limit(session: AsyncSession, limit: Limit) -> Limit:
    """A new rule is a new dated row; what runs stays on the row of its own day."""
    same = select(Limit.id).where(
        Limit.code == limit.code,
        Limit.severity == (limit.severity or ""),
        Limit.effective_from == limit.effective_from,
    )
    if await session.scalar(same) is not None:
        raise LimitKnown
    session.add(limit)
    await session.flush()
    await changed(session, queries.LIMITS)
    return limit


async def term_of(session: AsyncSession, code: str, day: date, *, severity: str = "") -> Term:
    limit = await queries.limit_on(session, code, day, severity=severity)
    if limit is None:
        raise LimitMissing(code)
    return limit.term


async def strikes_of(session: AsyncSession, timer: Timer) -> list[Strike]:
    """The whole plan of reminders of this running; `timer.level` of them have been told."""
    calendar = await calendar_around(session, local_date(timer.started_at))
    return _strikes(calendar, await queries.policy(session), timer)


def _strikes(calendar: Calendar, policy: Sequence[rules.Rule], timer: Timer) -> list[Strike]:
    return rules.strikes(calendar, policy, timer.kind, timer.started_at, timer.near_at, timer.due_at)


async def made(
    session: AsyncSession,
    case_id: UUID,
    kind: str,
    *,
    at: datetime,
    seq: int = 1,
    severity: str = "",
    profile: str = "",
    term: Term | None = None,
    origin_at: datetime | None = None,
    paused_days: int = 0,
    basis: str = rules.RECEIPT,
    due: Due | None = None,
) -> Timer:
    """A running, not yet stored. `at` is when it starts by law or rule, which may lie before the present."""
    origin_at = origin_at or at
    term = term or await term_of(session, kind, local_date(origin_at), severity=severity)
    timer = Timer(
        case_id=case_id,
        kind=kind,
        seq=seq,
        label=term.label,
        profile=profile,
        effective_from=term.effective_from,
        amount=term.amount,
        unit=term.unit,
        rolls_forward=term.rolls_forward,
        basis=basis,
        origin_at=origin_at,
        paused_days=paused_days,
        started_at=at,
        level=0,
    )
    calendar = await calendar_around(session, local_date(at))
    _take(timer, due or _due(calendar, timer))
    _plan(timer, _strikes(calendar, await queries.policy(session), timer))
    return timer


def _due(calendar: Calendar, timer: Timer) -> Due:
    term = Term(timer.label, timer.amount, Unit(timer.unit), timer.rolls_forward, timer.effective_from)
    return rules.due(
        calendar,
        timer.started_at,
        term,
        origin=timer.origin_at,
        paused_days=timer.paused_days,
        basis=timer.basis,
        note=APPROVED if timer.kind in rules.EXTENDED else "",
    )


def _take(timer: Timer, due: Due) -> None:
    timer.near_at, timer.due_at = due.near_at, due.due_at
    timer.derivation, timer.provisional = due.derivation, due.provisional


def _plan(timer: Timer, strikes: Sequence[Strike]) -> None:
    timer.next_at = strikes[timer.level].at if timer.level < len(strikes) else None


async def start(session: AsyncSession, case_id: UUID, kind: str, *, at: datetime, **how: Any) -> Timer:
    """The next running of one clock. Several at once: `made`, and one `session.add_all`."""
    seq = next_seq(await queries.timers_of(session, case_id), kind)
    timer = await made(session, case_id, kind, at=at, seq=seq, **how)
    session.add(timer)
    await session.flush()
    return timer


def next_seq(timers: Iterable[Timer], kind: str) -> int:
    return max((timer.seq for timer in timers if timer.kind == kind), default=0) + 1


def halt(timers: Iterable[Timer], *, at: datetime, reason: StopReason) -> None:
    for timer in timers:
        timer.stopped_at, timer.stop_reason, timer.next_at = at, reason, None


async def stop(
    session: AsyncSession,
    case_id: UUID,
    *,
    at: datetime,
    kinds: Collection[str] | None = None,
    reason: StopReason = StopReason.DONE,
) -> None:
    """Without `kinds` every running clock of the case stops."""
    running = await queries.running(session, case_id)
    halt([timer for timer in running if kinds is None or timer.kind in kinds], at=at, reason=reason)
    await session.flush()


def newest(timers: Iterable[Timer]) -> dict[str, Timer]:
    """The last running of each clock."""
    return {timer.kind: timer for timer in sorted(timers, key=lambda timer: timer.seq)}


async def resumed(session: AsyncSession, timer: Timer, *, at: datetime) -> Timer:
    """The running after a pause: by law its days are added, inside it keeps what was left, to the minute."""
    stopped_at = timer.stopped_at or at
    paused = (local_date(at) - local_date(stopped_at)).days if timer.stop_reason == StopReason.SUSPENDED else 0
    how: dict[str, Any] = {"seq": timer.seq + 1, "profile": timer.profile, "basis": timer.basis}
    term = Term(timer.label, timer.amount, Unit(timer.unit), timer.rolls_forward, timer.effective_from)
    if timer.kind == rules.REGULATOR:
        due = Due(max(timer.near_at, at), max(timer.due_at, at), timer.derivation, timer.provisional)
        return await made(
            session, timer.case_id, timer.kind, at=at, origin_at=timer.origin_at, term=term, due=due, **how
        )
    if term.unit is Unit.CALENDAR_DAYS:
        how |= {"origin_at": timer.origin_at, "paused_days": timer.paused_days + paused}
        return await made(session, timer.case_id, timer.kind, at=at, term=term, **how)
    if term.unit is Unit.HOURS:
        term = replace(term, amount=Decimal(max(0, int((timer.due_at - stopped_at).total_seconds()))) / 3600)
        return await made(session, timer.case_id, timer.kind, at=at, term=term, **how)
    around = await calendar_around(session, local_date(stopped_at))
    left = business_minutes_between(around, stopped_at, timer.due_at)
    return await made(session, timer.case_id, timer.kind, at=at, term=rules.rest(term, left), **how)


async def resume(session: AsyncSession, case_id: UUID, *, at: datetime, kinds: Collection[str] | None = None) -> None:
    """Each clock that the last suspension stopped runs on as its next `seq`, with what was left of it."""
    for timer in newest(await queries.timers_of(session, case_id)).values():
        if timer.stop_reason == StopReason.SUSPENDED and (kinds is None or timer.kind in kinds):
            session.add(await resumed(session, timer, at=at))
    await session.flush()


async def with_term(session: AsyncSession, timer: Timer, term: Term) -> bool:
    """The same running from its own start, with another limit. Whether anything changed."""
    if (timer.amount, timer.unit) == (term.amount, term.unit):
        return False
    timer.amount, timer.unit, timer.effective_from = term.amount, term.unit, term.effective_from
    timer.label = term.label
    await recompute(session, timer)
    return True


async def recompute(session: AsyncSession, timer: Timer) -> None:
    """With the calendar as it is now. What has been told stays told: an end that moved away may come again."""
    calendar = await calendar_around(session, local_date(timer.started_at))
    _take(timer, _due(calendar, timer))
    _plan(timer, _strikes(calendar, await queries.policy(session), timer))


async def recompute_provisional(session: AsyncSession) -> int:
    """After the calendar of a new year has arrived: every open clock, in whatever running. Those whose end has been
    told keep it."""
    changed_ones = 0
    found = await session.scalars(
        select(Timer).where(Timer.provisional, Timer.stopped_at.is_(None), Timer.fired_at.is_(None))
    )
    for timer in found.all():
        before = timer.due_at
        if timer.kind == rules.REGULATOR:
            calendar = await calendar_around(session, local_date(timer.started_at))
            words = timer.derivation.split(" ")[0]
            _take(timer, rules.fixed_due(calendar, timer.started_at, rules.last_day(before), words))
            _plan(timer, _strikes(calendar, await queries.policy(session), timer))
        else:
            await recompute(session, timer)
        changed_ones += not timer.provisional
    await session.flush()
    return changed_ones
