"""Who decides on a proposal, by the chain of the case: signs it, agrees to it, lets it be answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.access.principal import Kind, Principal
from casebackend.calendar.rules import local_date
from casebackend.cases import recusing, standing
from casebackend.cases.judgement import needs_another, needs_review
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.rules import Move, Status
from casebackend.errors import Conflict, Forbidden
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Unit
from casebackend.outbox import service as outbox
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import ROLE_NAMES, Role
from casebackend.workflow.queries import takers_on
from casebackend.workflow.rules import Stand, Taker, chain_of

DECISIONS = (Move.SIGN, Move.APPROVE_OPINION, Move.APPROVE_REPLY)
BY_CHAIN = frozenset({*DECISIONS, Move.RETURN_FOR_REWORK})
ASKED = "decision"


class NotSigned(Conflict):
    slug, title = "not-signed", "尚未签署"

    def __init__(self) -> None:
        super().__init__("处理意见须先由承办部门负责人签署")


class NothingToSign(Conflict):
    slug, title = "nothing-to-sign", "不需要签署"

    def __init__(self) -> None:
        super().__init__("处理意见已签署，或者这件投诉的流程不需要部门负责人签署")


class NotYourDecision(Forbidden):
    slug, title = "not-your-decision", "该环节不由您办理"

    def __init__(self, who: str) -> None:
        super().__init__(f"按这件投诉的流程，该环节由{who}办理")


async def takers(session: AsyncSession, case: Case, move: Move) -> list[Taker]:
    """First of all whom it waits for. Where no branch stands over the unit that handles it, none decides."""
    known = await tree(session)
    unit = known.units.get(case.handling_unit_id) if case.handling_unit_id else None
    found = await takers_on(
        session,
        case.profile,
        chain_of(case.kind, case.matter_type),
        local_date(case.received_at),
        move,
        level=unit.level if unit else None,
        ordinary=not needs_review(case),
    )
    return [each for each in found if each.stand is not Stand.BRANCH or known.region(case.handling_unit_id)]


async def wants_signature(session: AsyncSession, case: Case) -> bool:
    """Whether its chain asks the department for one, given or not."""
    return bool(await takers(session, case, Move.SIGN))


async def due(session: AsyncSession, case: Case) -> Move | None:
    """The decision that the case waits for now."""
    if case.status == Status.PROPOSED:
        unsigned = case.signed_at is None and await wants_signature(session, case)
        return Move.SIGN if unsigned else Move.APPROVE_OPINION
    return Move.APPROVE_REPLY if case.status == Status.CLOSURE_REVIEW else None


def cause(case: Case, move: Move) -> str:
    """Under which it is told that this decision waits, once for each time that it comes to somebody."""
    since, place = case.status_changed_at.isoformat(), str(case.awaits_unit_id or "")[:8]
    return f"{ASKED}:{case.id}:{move}:{since}:{case.awaits}:{place}"


async def require(session: AsyncSession, case: Case, move: Move, principal: Principal) -> None:
    """Nobody decides before his turn; whoever decides, now or next, may give it back."""
    if move not in BY_CHAIN or principal.kind is not Kind.STAFF:
        return
    waited = await due(session, case)
    if waited is None:
        return
    if move is Move.SIGN and waited is not Move.SIGN:
        raise NothingToSign
    if move is Move.APPROVE_OPINION and waited is Move.SIGN:
        raise NotSigned
    back = move is Move.RETURN_FOR_REWORK and waited is Move.SIGN
    taken = [waited, Move.APPROVE_OPINION] if back else [waited]
    if not any([await may_take(session, case, each, principal) for each in taken]):
        raise NotYourDecision(await who(session, case, waited))


async def is_open(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    """Whether to offer it to this reader."""
    try:
        await require(session, case, move, principal)
    except (Conflict, Forbidden):
        return False
    if move not in DECISIONS or principal.user_id is None:
        return True
    alone = move is Move.APPROVE_REPLY and await needs_another(session, case, principal.user_id)
    return not alone and not await standing.own_work(session, case, move, principal)


async def may_take(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    for taker in await takers(session, case, move):
        if principal.roles.isdisjoint(taker.roles):
            continue
        if await _stands(session, case, taker, principal):
            return True
    return False


async def _stands(session: AsyncSession, case: Case, taker: Taker, principal: Principal) -> bool:
    if taker.stand is Stand.ANYWHERE:
        return True
    if taker.stand is Stand.HEAD_OFFICE:
        return await is_head_office(session, principal.organisation_id)
    return principal.organisation_id in [unit.id for unit in await _units(session, case, taker)]


async def _units(session: AsyncSession, case: Case, taker: Taker) -> Sequence[Unit]:
    """Nearest first; empty where no particular unit is meant."""
    known = await tree(session)
    if taker.stand is Stand.LINE:
        return known.above(case.handling_unit_id)
    branch = known.region(case.handling_unit_id) if taker.stand is Stand.BRANCH else None
    return [branch] if branch is not None else []


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose decision it is now: a role, of one unit where one is meant."""

    role: str
    unit_id: UUID | None = None


async def wait_for(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """Keeps on the case whose decision it waits for, for the to-do lists and the words; those are told."""
    turn = await awaited(session, case)
    case.awaits, case.awaits_unit_id = (turn.role, turn.unit_id) if turn is not None else (None, None)
    if turn is not None:
        outbox.emit(session, "case.awaits", {"case_id": str(case.id)}, now=now)


async def awaited(session: AsyncSession, case: Case) -> Turn | None:
    """The first taker of the chain who is there: in the line the nearest unit where somebody holds the role and neither
    handled the case nor has to stay away. None where the table of the lifecycle says it."""
    move = await due(session, case)
    found = await takers(session, case, move) if move is not None else []
    if move is None or not found:
        return None
    for taker in found:
        units = await _units(session, case, taker)
        if not units:
            return Turn(taker.roles[0])
        for role in taker.roles:
            for unit in units:
                if await able(session, case, move, unit.id, [role]):
                    return Turn(role, unit.id)
    units = await _units(session, case, found[0])
    return Turn(found[0].roles[0], units[0].id if units else None)


async def able(session: AsyncSession, case: Case, move: Move, unit_id: UUID, roles: Collection[str]) -> list[User]:
    """Who of a unit may decide: nobody on his own work, nobody who has to stay away."""
    people = [user for user in await staff.of_unit(session, unit_id) if set(roles) & set(user.roles)]
    others = [user for user in people if not await standing.handled(session, case, move, user.id, of_user(user).actor)]
    barred = await recusing.barred(session, case, others) if others else {}
    return [user for user in others if user.id not in barred]


async def people(session: AsyncSession, case: Case, move: Move) -> list[User]:
    """Everybody whom it waits for and who may really do it."""
    role = case.awaits or ""
    if case.awaits_unit_id is not None:
        return await able(session, case, move, case.awaits_unit_id, [role])
    found = []
    for user in await staff.with_role(session, Role(role)) if role in set(Role) else []:
        principal = of_user(user)
        mine = await standing.handled(session, case, move, user.id, principal.actor)
        alone = move is Move.APPROVE_REPLY and await needs_another(session, case, user.id)
        if mine or alone or not await may_take(session, case, move, principal):
            continue
        if await standing.has_say(session, case, principal, move):
            found.append(user)
    barred = await recusing.barred(session, case, found) if found else {}
    return [user for user in found if user.id not in barred]


async def who(session: AsyncSession, case: Case, move: Move) -> str:
    """In words: 个人金融部部门负责人, 总行稽核."""
    taker = await _meant(session, case, move)
    if taker is None:
        return "有关人员"
    role = Role(case.awaits if case.awaits in taker.roles else taker.roles[0])
    if role is Role.EXECUTIVE:
        return ROLE_NAMES[role]
    place = "总行" if taker.stand is Stand.HEAD_OFFICE else ""
    return (await _unit_name(session, case, taker) or place) + ROLE_NAMES[role]


async def _meant(session: AsyncSession, case: Case, move: Move) -> Taker | None:
    """The taker of whom the case says that it waits for him; before it says so, the first."""
    found = await takers(session, case, move)
    named = [each for each in found if case.awaits in each.roles]
    for each in named:
        units = [unit.id for unit in await _units(session, case, each)]
        if case.awaits_unit_id in units or (not units and case.awaits_unit_id is None):
            return each
    return next(iter(named or found), None)


async def _unit_name(session: AsyncSession, case: Case, taker: Taker) -> str:
    units = await _units(session, case, taker)
    meant = next((unit for unit in units if unit.id == case.awaits_unit_id), None) or next(iter(units), None)
    return meant.short_name if meant is not None else ""


async def why(session: AsyncSession, case: Case, move: Move) -> str | None:
    """Why a signature is that of another unit than the one that handles the case."""
    handling = (await tree(session)).units.get(case.handling_unit_id) if case.handling_unit_id else None
    if move is not Move.SIGN or handling is None or case.awaits_unit_id in (None, handling.id):
        return None
    return f"{handling.short_name}没有可以签署的部门负责人，按流程由上级{await who(session, case, move)}签署"
