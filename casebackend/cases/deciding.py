"""Who decides on a proposal, by the chain of the case: signs it, agrees to it, lets it be answered."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.calendar.rules import local_date
from casebackend.cases.judgement import needs_review
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.rules import Move, Status
from casebackend.errors import Conflict, Forbidden
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Unit
from casebackend.staff import queries as staff
from casebackend.staff.rules import ROLE_NAMES, Role
from casebackend.workflow.queries import takers_on
from casebackend.workflow.rules import Stand, Taker, chain_of

DECISIONS = (Move.SIGN, Move.APPROVE_OPINION, Move.APPROVE_REPLY)
BY_CHAIN = frozenset({*DECISIONS, Move.RETURN_FOR_REWORK})


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
    return True


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


async def awaited(session: AsyncSession, case: Case) -> str | None:
    """The role whose to-do list the case stands in now; None where the table of the lifecycle says it."""
    move = await due(session, case)
    found = await takers(session, case, move) if move is not None else []
    if not found:
        return None
    units = await _units(session, case, found[0])
    people = [user for unit in units for user in await staff.of_unit(session, unit.id)]
    return next((role for role in found[0].roles if any(role in user.roles for user in people)), found[0].roles[0])


async def who(session: AsyncSession, case: Case, move: Move) -> str:
    """In words: 个人金融部部门负责人, 总行稽核."""
    found = await takers(session, case, move)
    if not found:
        return "有关人员"
    units = await _units(session, case, found[0])
    role = Role(case.awaits if case.awaits in found[0].roles else found[0].roles[0])
    if role is Role.EXECUTIVE:
        return ROLE_NAMES[role]
    place = "总行" if found[0].stand is Stand.HEAD_OFFICE else next((unit.short_name for unit in units), "")
    return place + ROLE_NAMES[role]
