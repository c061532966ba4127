"""What happens to the clocks of a case with its filing and with each arrow of the lifecycle."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import local_date
from casebackend.cases import clockwork_pauses as pauses
from casebackend.cases.clockwork_pauses import is_internal
from casebackend.cases.deciding import wants_signature
from casebackend.cases.model import Case
from casebackend.cases.rules import Arrow, Clock, Move
from casebackend.clocks import limits, pausing, queries, rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason, Term, Unit
from casebackend.matters.catalogue import catalogue
from casebackend.workflow import rules as workflow
from casebackend.workflow.queries import chain_on, profile_of
from casebackend.workflow.rules import Step

COMPLAINT = "complaint"
DONE = (Move.REPLY,)
ONCE = (rules.CONTACT, rules.REGULATOR, rules.REFERRAL)
REGULATOR_TERM = Term("监管要求时限", Decimal(0), Unit.CALENDAR_DAYS)
REGULATOR_WORDS = "监管要求办结"
REFERRAL_TERM = Term("转办单位要求时限", Decimal(0), Unit.CALENDAR_DAYS)
REFERRAL_WORDS = "转办单要求"
DESIGNATED_TERM = Term("指定答复期限", Decimal(0), Unit.CALENDAR_DAYS)
DESIGNATED_WORDS = "指定答复日期"


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
    timers = await starting(session, case, workflow.started_by(await steps_of(session, case), Move.SUBMIT), now=now)
    legal = legal_kind(case)
    if legal is not None:
        timers.append(await service.made(session, case.id, legal, at=case.received_at, profile=case.profile))
    if case.regulator_due_on is not None:
        timers.append(await regulator(session, case, now, seq=1))
    if case.referral_due_on is not None:
        timers.append(await referral(session, case, now, seq=1))
    return timers


async def starting(
    session: AsyncSession, case: Case, kinds: Iterable[str], *, now: datetime, known: Sequence[Timer] = ()
) -> list[Timer]:
    """Not yet stored. A clock that runs goes on; the first contact and the regulator's date come once. Calendar days
    count from the receipt where they begin with the filing, else from the acceptance."""
    day = local_date(case.received_at)
    from_receipt = workflow.started_by(await steps_of(session, case), Move.SUBMIT)
    found = []
    for kind in kinds:
        before = [timer for timer in known if timer.kind == kind]
        if _goes_on(kind, known) or (before and kind in ONCE):
            continue
        term = await limits.term_of(session, kind, day, severity=case.severity)
        basis = rules.RECEIPT
        at = now
        if term.unit is Unit.CALENDAR_DAYS:
            at, basis = (case.received_at, basis) if kind in from_receipt else (now, rules.ACCEPTANCE)
        seq = service.next_seq(before, kind)
        found.append(
            await service.made(session, case.id, kind, at=at, seq=seq, term=term, profile=case.profile, basis=basis)
        )
    return found


def _goes_on(kind: str, known: Iterable[Timer]) -> bool:
    """One limit at a time: a petition that was accepted or given more time keeps that, whatever is corrected in it."""
    running = [timer.kind for timer in known if timer.stopped_at is None]
    return kind in running or (rules.is_promise(kind) and any(rules.is_promise(each) for each in running))


async def run(session: AsyncSession, case: Case, move: Move, arrow: Arrow, *, at: datetime, now: datetime) -> None:
    """`at` is when the move takes effect by law: for a withdrawal the receipt of the customer's message. What nobody
    has to sign counts as signed when it is proposed."""
    timers = list(await queries.timers_of(session, case.id))
    pauses.end_suspension(timers, at=at)
    if move is Move.RESUME:
        await pausing.resume(session, case.id, at=at)
        return
    if move is not Move.SUSPEND:
        timers += await pauses.ended(session, timers, at=at)
    pauses.end_demands(timers, move, at=at)
    running = [timer for timer in timers if timer.stopped_at is None and timer.kind != rules.SUPERVISION]
    if move is Move.SUSPEND:
        ours = [timer for timer in running if timer.kind not in rules.FROM_OUTSIDE]
        service.halt(ours, at=at, reason=StopReason.SUSPENDED)
        await session.flush()
        return
    if move in (Move.PLAN_FOLLOWUP, Move.CLOSE_WITHOUT_FOLLOWUP):
        service.halt(_owed(running), at=at, reason=StopReason.DONE)
    steps = await steps_of(session, case)
    moves = (move, Move.SIGN) if move is Move.PROPOSE and not await wants_signature(session, case) else (move,)
    done = {kind for each in moves for kind in workflow.stopped_by(steps, each)}
    _stop(running, arrow, move, frozenset(done), at=at)
    wanted = dict.fromkeys(kind for each in moves for kind in workflow.started_by(steps, each))
    begun = await starting(session, case, wanted, now=now, known=timers)
    if Clock.LEGAL in arrow.starts:
        begun += await _promises_again(session, case, move, [*timers, *begun], now=now)
    session.add_all(begun)
    await session.flush()


def _owed(timers: Iterable[Timer]) -> list[Timer]:
    """What only an answer that the customer has got ends."""
    return [timer for timer in timers if rules.is_promise(timer.kind) or timer.kind in rules.FIXED]


async def run_on(session: AsyncSession, case: Case, *, since: datetime) -> None:
    """The answer that stopped them has not arrived: the same runnings, each to its own end."""
    for timer in _owed(await queries.timers_of(session, case.id)):
        if timer.stopped_at == since and timer.stop_reason == StopReason.DONE:
            await service.taken_back(session, timer)


async def arrived(session: AsyncSession, case: Case, *, at: datetime) -> None:
    service.halt(_owed(await queries.running(session, case.id)), at=at, reason=StopReason.DONE)


def _stop(running: Iterable[Timer], arrow: Arrow, move: Move, done: frozenset[str], *, at: datetime) -> None:
    reason = StopReason.ENDED if arrow.stops and move not in DONE else StopReason.DONE
    for timer in running:
        clock = Clock.INTERNAL if is_internal(timer.kind) else Clock.LEGAL
        if timer.kind in done or clock in arrow.stops:
            service.halt([timer], at=at, reason=reason)


async def _promises_again(
    session: AsyncSession, case: Case, move: Move, timers: Sequence[Timer], *, now: datetime
) -> list[Timer]:
    """A reopened case has a new limit, that of law or of its matter, unless its chain has just begun one."""
    if any(rules.is_promise(timer.kind) and timer.stopped_at is None for timer in timers):
        return []
    legal = legal_kind(case)
    if move is Move.REOPEN:
        kind = legal or catalogue().matters[case.matter_type].clock
        if kind is None:
            return []
        seq, profile = service.next_seq(timers, kind), case.profile
        return [await service.made(session, case.id, kind, at=now, seq=seq, profile=profile, basis=rules.ANEW)]
    again = await pauses.again(session, timers, at=now)
    if not again and legal is not None:
        again = [await service.made(session, case.id, legal, at=case.received_at, profile=case.profile)]
    return again


async def regulator(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    assert case.regulator_due_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.regulator_due_on, REGULATOR_WORDS)
    return await service.made(
        session, case.id, rules.REGULATOR, at=now, seq=seq, profile=case.profile, term=REGULATOR_TERM, due=due
    )


async def referral(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    """The day that stands on the paper by which another office passed the matter on."""
    assert case.referral_due_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.referral_due_on, REFERRAL_WORDS, rules.REFERRAL)
    return await service.made(
        session, case.id, rules.REFERRAL, at=now, seq=seq, profile=case.profile, term=REFERRAL_TERM, due=due
    )


async def designated(session: AsyncSession, case: Case, now: datetime, *, seq: int) -> Timer:
    """The day by which an answer was set for this one case (domain.md 4.1, row 23)."""
    assert case.designated_on is not None
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, case.designated_on, DESIGNATED_WORDS)
    return await service.made(
        session, case.id, rules.DESIGNATED, at=now, seq=seq, profile=case.profile, term=DESIGNATED_TERM, due=due
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
