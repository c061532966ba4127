"""What happens to the clocks of a case: with its filing, with each arrow of the lifecycle, and by decision."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import DAY_MINUTES, local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import Arrow, Clock, Move
from casebackend.clocks import queries, rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason, Term, Unit
from casebackend.workflow import rules as workflow
from casebackend.workflow.queries import chain_on, profile_of
from casebackend.workflow.rules import Step

COMPLAINT = "complaint"
DONE = (Move.REPLY,)
ONCE = (rules.CONTACT, rules.REGULATOR)
REGULATOR_TERM = Term("监管要求时限", Decimal(0), Unit.CALENDAR_DAYS)
REGULATOR_WORDS = "监管要求办结"


def is_internal(kind: str) -> bool:
    """What ends when the creator gets a case back to correct it: the steps and their receipt."""
    return kind.startswith((rules.INTERNAL, rules.RECEIVE))


def legal_kind(case: Case) -> str | None:
    """Only a consumer complaint runs the limit of law; its review (核查) has one of its own."""
    if (case.matter_type or COMPLAINT) != COMPLAINT:
        return None
    return rules.REVIEW if case.kind == "review" else rules.LEGAL


async def steps_of(session: AsyncSession, case: Case) -> list[Step]:
    chain = workflow.chain_of(case.kind, case.matter_type or COMPLAINT)
    return await chain_on(session, case.profile, chain, local_date(case.received_at))


async def first_clocks(session: AsyncSession, case: Case, *, now: datetime) -> list[Timer]:
    """All clocks of a new case, not yet stored: one insert brings them with the case. Sets its profile."""
    unit_id = case.unit_id or case.handling_unit_id
    case.profile = await profile_of(session, unit_id, local_date(case.received_at))
    timers = await _starting(session, case, workflow.started_by(await steps_of(session, case), Move.SUBMIT), now=now)
    legal = legal_kind(case)
    if legal is not None:
        timers.append(await service.made(session, case.id, legal, at=case.received_at, profile=case.profile))
    if case.regulator_due_on is not None:
        timers.append(await _regulator(session, case, now, seq=1))
    return timers


async def _starting(
    session: AsyncSession, case: Case, kinds: Iterable[str], *, now: datetime, known: Sequence[Timer] = ()
) -> list[Timer]:
    """Not yet stored. A clock that runs goes on; the first contact and the regulator's date come once. Calendar days
    count from the receipt where they begin with the filing, else from the acceptance."""
    day = local_date(case.received_at)
    from_receipt = workflow.started_by(await steps_of(session, case), Move.SUBMIT)
    found = []
    for kind in kinds:
        before = [timer for timer in known if timer.kind == kind]
        if any(timer.stopped_at is None for timer in before) or (before and kind in ONCE):
            continue
        term = await service.term_of(session, kind, day, severity=case.severity)
        basis = rules.RECEIPT
        at = now
        if term.unit is Unit.CALENDAR_DAYS:
            at, basis = (case.received_at, basis) if kind in from_receipt else (now, rules.ACCEPTANCE)
        seq = service.next_seq(before, kind)
        found.append(
            await service.made(session, case.id, kind, at=at, seq=seq, term=term, profile=case.profile, basis=basis)
        )
    return found


async def run(session: AsyncSession, case: Case, move: Move, arrow: Arrow, *, at: datetime, now: datetime) -> None:
    """`at` is when the move takes effect by law: for a withdrawal the receipt of the customer's message."""
    if move is Move.RESUME:
        await service.resume(session, case.id, at=at)
        return
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.stopped_at is None and timer.kind != rules.SUPERVISION]
    if move is Move.SUSPEND:
        ours = [timer for timer in running if timer.kind != rules.REGULATOR]
        service.halt(ours, at=at, reason=StopReason.SUSPENDED)
        await session.flush()
        return
    steps = await steps_of(session, case)
    _stop(running, arrow, move, frozenset(workflow.stopped_by(steps, move)), at=at)
    begun = await _starting(session, case, workflow.started_by(steps, move), now=now, known=timers)
    if Clock.LEGAL in arrow.starts:
        begun += await _promises_again(session, case, move, timers, now=now)
    session.add_all(begun)
    await session.flush()


def _stop(running: Iterable[Timer], arrow: Arrow, move: Move, done: frozenset[str], *, at: datetime) -> None:
    reason = StopReason.ENDED if arrow.stops and move not in DONE else StopReason.DONE
    for timer in running:
        clock = Clock.INTERNAL if is_internal(timer.kind) else Clock.LEGAL
        if timer.kind in done or clock in arrow.stops:
            service.halt([timer], at=at, reason=reason)


async def _promises_again(
    session: AsyncSession, case: Case, move: Move, timers: Sequence[Timer], *, now: datetime
) -> list[Timer]:
    """A reopened case has a new limit of law. Otherwise what ran before runs on from its own origin: nobody gains or
    loses a day by a correction or a merge that is taken back."""
    if any(rules.is_promise(timer.kind) and timer.stopped_at is None for timer in timers):
        return []
    legal = legal_kind(case)
    if move is Move.REOPEN:
        if legal is None:
            return []
        seq, profile = service.next_seq(timers, legal), case.profile
        return [await service.made(session, case.id, legal, at=now, seq=seq, profile=profile, basis=rules.ANEW)]
    ended = [timer for timer in service.newest(timers).values() if rules.is_promise(timer.kind)]
    last = max((timer.stopped_at for timer in ended if timer.stopped_at), default=None)
    again = [await service.resumed(session, timer, at=now) for timer in ended if timer.stopped_at == last]
    if not again and legal is not None:
        again = [await service.made(session, case.id, legal, at=case.received_at, profile=case.profile)]
    return again


async def extend(session: AsyncSession, case: Case, kind: str, *, now: datetime) -> Timer:
    """The running limit of law gives way to a longer one from the same origin, with the same days of pause."""
    timers = await queries.timers_of(session, case.id)
    held = next(timer for timer in timers if timer.kind in rules.BY_LAW and timer.stopped_at is None)
    service.halt([held], at=now, reason=StopReason.EXTENDED)
    longer = await service.made(
        session,
        case.id,
        kind,
        at=now,
        seq=service.next_seq(timers, kind),
        profile=case.profile,
        origin_at=held.origin_at,
        paused_days=held.paused_days,
        basis=held.basis,
    )
    session.add(longer)
    return longer


async def restart(session: AsyncSession, case: Case, *, at: datetime, now: datetime) -> Timer:
    """New facts: the limit of law counts anew from their receipt. The former day stays in the history."""
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.kind in rules.BY_LAW and timer.stopped_at is None]
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    anew = await service.made(
        session,
        case.id,
        rules.LEGAL,
        at=at,
        seq=service.next_seq(timers, rules.LEGAL),
        profile=case.profile,
        basis=rules.NEW_MATERIAL,
    )
    session.add(anew)
    return anew


async def recompute_for_severity(session: AsyncSession, case: Case, now: datetime) -> int:
    """Running clocks of our own get the term of the present severity, from their own start. By law nothing changes."""
    timers = await queries.timers_of(session, case.id)
    changed = 0
    for timer in timers:
        ours = is_internal(timer.kind) or timer.kind == rules.CONTACT
        if timer.stopped_at is not None or not ours:
            continue
        term = await service.term_of(session, timer.kind, local_date(case.received_at), severity=case.severity)
        if timer.unit == Unit.MINUTES:
            term = rules.rest(term, max(0, int(timer.amount + (term.amount - _whole(timers, timer)) * DAY_MINUTES)))
        changed += await service.with_term(session, timer, term)
    await session.flush()
    return changed


def _whole(timers: Sequence[Timer], rest: Timer) -> Decimal:
    """The limit that a paused step began with."""
    same = [timer for timer in timers if timer.kind == rest.kind and timer.unit != Unit.MINUTES]
    return max((timer for timer in same if timer.seq < rest.seq), key=lambda timer: timer.seq).amount


async def regulator_due(session: AsyncSession, case: Case, now: datetime) -> None:
    """After the regulator has set or moved the date."""
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.kind == rules.REGULATOR and timer.stopped_at is None]
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    if case.regulator_due_on is not None:
        session.add(await _regulator(session, case, now, seq=service.next_seq(timers, rules.REGULATOR)))
    await session.flush()


async def _regulator(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    assert case.regulator_due_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.regulator_due_on, REGULATOR_WORDS)
    return await service.made(
        session, case.id, rules.REGULATOR, at=now, seq=seq, profile=case.profile, term=REGULATOR_TERM, due=due
    )


async def node_due(session: AsyncSession, case: Case) -> datetime | None:
    """When the step that is now in somebody's hands is due; None between the steps."""
    return first_due(await queries.running(session, case.id))


def first_due(timers: Iterable[Timer]) -> datetime | None:
    return min((timer.due_at for timer in timers if rules.is_node(timer.kind)), default=None)


async def promised_on(session: AsyncSession, case: Case) -> date | None:
    """The last day of the clock of law or of the matter that runs now; None while none runs."""
    return promise(await queries.running(session, case.id))


def promise(timers: Iterable[Timer]) -> date | None:
    due = [timer.due_at for timer in timers if rules.is_promise(timer.kind) and timer.stopped_at is None]
    return rules.last_day(max(due)) if due else None


async def rematter(session: AsyncSession, case: Case, path: Sequence[Move], *, now: datetime) -> list[Timer]:
    """The matter has another type: what the new one does not run ends, what it would run by now begins. The limit of
    law counts from the receipt, as if it had been a complaint from the first day. The caller flushes."""
    timers = await queries.timers_of(session, case.id)
    steps = await steps_of(session, case)
    wanted: dict[str, None] = {}
    for move in path:
        wanted = {kind: None for kind in wanted if kind not in workflow.stopped_by(steps, move)}
        wanted |= dict.fromkeys(workflow.started_by(steps, move))
    legal = legal_kind(case) if path else None
    running = [timer for timer in timers if timer.stopped_at is None]
    over = [timer for timer in running if timer.kind not in {*wanted, legal, rules.REGULATOR}]
    service.halt(over, at=now, reason=StopReason.ENDED)
    begun = await _starting(session, case, wanted, now=now, known=timers)
    if legal is not None and not any(timer.kind in rules.BY_LAW and timer.stopped_at is None for timer in running):
        seq = service.next_seq(timers, legal)
        begun.append(await service.made(session, case.id, legal, at=case.received_at, seq=seq, profile=case.profile))
    session.add_all(begun)
    return [timer for timer in (*running, *begun) if timer.stopped_at is None]
