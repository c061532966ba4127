"""What happens to the clocks of a case with its filing and with each arrow of the lifecycle."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases import clockwork_fixed as fixed
from casebackend.cases import clockwork_pauses as pauses
from casebackend.cases.clockwork_pauses import is_internal
from casebackend.cases.deciding import wants_signature
from casebackend.cases.model import Case
from casebackend.cases.rules import Arrow, Clock, Move
from casebackend.cases.waiting_again import taken_back
from casebackend.clocks import limits, pausing, queries, rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason, Unit
from casebackend.matters.catalogue import catalogue
from casebackend.workflow import rules as workflow
from casebackend.workflow.queries import chain_on, profile_of
from casebackend.workflow.rules import Step

COMPLAINT = "complaint"
DONE = (Move.REPLY,)
LOOKED_INTO = (Move.ACCEPT, Move.DECLINE, Move.RETURN_TO_DRAFT, Move.EDIT)
ONCE = (rules.CONTACT, rules.REGULATOR, rules.REFERRAL)


def legal_kind(case: Case) -> str | None:
    """Only a consumer complaint runs the limit of law; what some regulators pass on has one of its own."""
    if (case.matter_type or COMPLAINT) != COMPLAINT:
        return None
    regulator = catalogue().regulators.get(case.regulator or "")
    return (regulator and regulator.clock) or rules.LEGAL


async def steps_of(session: AsyncSession, case: Case) -> list[Step]:
    chain = workflow.chain_of(case.kind, case.matter_type or COMPLAINT)
    return await chain_on(session, case.profile, chain, local_date(case.received_at))


async def first_clocks(session: AsyncSession, case: Case, *, now: datetime) -> list[Timer]:
    """All clocks of a new case, not yet stored: one insert brings them with the case. Sets its profile."""
    unit_id = case.unit_id or case.handling_unit_id
    case.profile = await profile_of(session, unit_id, local_date(case.received_at))
    kinds = [*workflow.started_by(await steps_of(session, case), Move.SUBMIT), *of_source(case, Move.SUBMIT)]
    timers = await starting(session, case, kinds, now=now)
    legal = legal_kind(case)
    if legal is not None:
        timers.append(await service.made(session, case.id, legal, at=case.received_at, profile=case.profile))
    if case.regulator_due_on is not None:
        timers.append(await fixed.regulator(session, case, now, seq=1))
    if case.referral_due_on is not None:
        timers.append(await fixed.referral(session, case, now, seq=1))
    return timers


def of_source(case: Case, move: Move) -> list[str]:
    """A source may have a clock of its own for being looked into."""
    clock = catalogue().own_clock(case.source)
    return [clock] if clock is not None and move is Move.SUBMIT else []


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
    limits = [each for each in running if rules.is_promise(each) and each != rules.PETITION_TELL]
    return kind in running or (rules.is_promise(kind) and bool(limits))


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
        ours = [timer for timer in running if timer.kind not in (*rules.FROM_OUTSIDE, rules.PETITION_TELL)]
        service.halt(ours, at=at, reason=StopReason.SUSPENDED)
        await session.flush()
        return
    if move in (Move.PLAN_FOLLOWUP, Move.CLOSE_WITHOUT_FOLLOWUP):
        service.halt(_owed(running), at=at, reason=StopReason.DONE)
    steps = await steps_of(session, case)
    moves = (move, Move.SIGN) if move is Move.PROPOSE and not await wants_signature(session, case) else (move,)
    done = {kind for each in moves for kind in workflow.stopped_by(steps, each)}
    if move in LOOKED_INTO:
        done |= {*of_source(case, Move.SUBMIT)}
    _stop(running, arrow, move, frozenset(done), at=at)
    wanted = dict.fromkeys(kind for each in moves for kind in workflow.started_by(steps, each))
    wanted |= dict.fromkeys(of_source(case, move))
    begun = await starting(session, case, wanted, now=now, known=timers)
    if Clock.LEGAL in arrow.starts:
        await pauses.demands_again(session, case, timers, now=now)
        begun += await _promises_again(session, case, move, [*timers, *begun], now=now)
    session.add_all(begun)
    await session.flush()


def _owed(timers: Iterable[Timer]) -> list[Timer]:
    """What only an answer that the customer has got ends."""
    return [timer for timer in timers if rules.is_promise(timer.kind) or timer.kind in rules.FIXED]


async def run_on(session: AsyncSession, case: Case, *, since: datetime, now: datetime) -> None:
    """What stopped them has not arrived: the same runnings, each to its own end."""
    for timer in _owed(await queries.timers_of(session, case.id)):
        if timer.stopped_at == since and timer.stop_reason == StopReason.DONE:
            await taken_back(session, case.id, timer, now=now)


async def arrived(session: AsyncSession, case: Case, *, at: datetime) -> None:
    service.halt(_owed(await queries.running(session, case.id)), at=at, reason=StopReason.DONE)


def _stop(running: Iterable[Timer], arrow: Arrow, move: Move, done: frozenset[str], *, at: datetime) -> None:
    """Nobody is told by an acceptance: that clock ends with what is told. Told in writing that nothing is done, or
    answered, the petitioner has heard how it stands."""
    reason = StopReason.ENDED if arrow.stops and move not in DONE else StopReason.DONE
    for timer in running:
        clock = Clock.INTERNAL if is_internal(timer.kind) else Clock.LEGAL
        tells = timer.kind == rules.PETITION_TELL
        if clock in arrow.stops or (timer.kind in done and not tells):
            told = tells and move is Move.DECLINE
            service.halt([timer], at=at, reason=StopReason.DONE if told else reason)


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
    own = [timer for timer in timers if not rules.is_promise(timer.kind) or _of_its_matter(case, timer.kind)]
    again = await pauses.again(session, own, at=now)
    if not again and legal is not None:
        again = [await service.made(session, case.id, legal, at=case.received_at, profile=case.profile)]
    return again


def _of_its_matter(case: Case, kind: str) -> bool:
    """While it was being corrected a case may have become another matter: the limit of the former one is over."""
    clock = catalogue().matters[case.matter_type or COMPLAINT].clock
    return legal_kind(case) is not None if kind in rules.BY_LAW else clock is not None and kind.startswith(clock)


async def node_due(session: AsyncSession, case: Case) -> datetime | None:
    """When the step that is now in somebody's hands is due; None between the steps."""
    return first_due(await queries.running(session, case.id))


def first_due(timers: Iterable[Timer]) -> datetime | None:
    return min((timer.due_at for timer in timers if rules.is_node(timer.kind)), default=None)


async def promised_on(session: AsyncSession, case: Case) -> date | None:
    """The last day of the clock of law or of the matter that runs now; None while none runs."""
    return promise(await queries.running(session, case.id))


async def promised_hour(session: AsyncSession, case: Case) -> str:
    """By which hour of the promised day; a day of law ends at 24:00."""
    due = _promised(await queries.running(session, case.id))
    exact = due is not None and rules.last_day(due) == case.promised_on
    return rules.last_hour(due) if due is not None and exact else rules.END_OF_DAY


def promise(timers: Iterable[Timer]) -> date | None:
    due = _promised(timers)
    return rules.last_day(due) if due is not None else None


def _promised(timers: Iterable[Timer]) -> datetime | None:
    due = [timer.due_at for timer in timers if rules.is_promise(timer.kind) and timer.stopped_at is None]
    return max(due) if due else None
