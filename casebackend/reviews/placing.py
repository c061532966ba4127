"""Which organisation decided, which one stands above it, and who there may look at the decision."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import BRANCHES
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.rules import Move
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Tree, Unit
from casebackend.timeline.model import TimelineEntry
from casebackend.workflow.queries import takers_on
from casebackend.workflow.rules import LOOK, REVIEWED, Stand, Taker

PROPOSES = (Move.PROPOSE, Move.PROPOSE_REPLY)
DECIDES = (*PROPOSES, Move.SIGN, Move.APPROVE_OPINION, Move.APPROVE_REPLY)


async def units_of(session: AsyncSession, case: Case) -> tuple[UUID | None, UUID | None]:
    """Who decided, and who reviews it: of several of a branch that proposed, signed or agreed the highest one decided,
    so that it never looks at its own decision. Nobody is above a decision of head office (domain.md 1.1)."""
    known = await tree(session)
    line = [unit for unit in known.above(case.handling_unit_id) if unit.level in BRANCHES]
    if not line:
        return case.handling_unit_id, None
    took = {unit.id for each in await _deciders(session, case) if (unit := _institution(known, each)) is not None}
    decided = [unit for unit in line if unit.id in took][-1:] or line[:1]
    above = [unit for unit in known.above(decided[0].parent_id) if unit.level != "department"]
    if not above:
        return decided[0].id, None
    return decided[0].id, (above[-1] if await _goes_to_the_top(session, case) else above[0]).id


def _institution(known: Tree, unit_id: UUID | None) -> Unit | None:
    """A department of a branch decides for its branch."""
    return next((unit for unit in known.above(unit_id) if unit.level in BRANCHES), None)


async def _deciders(session: AsyncSession, case: Case) -> Sequence[UUID | None]:
    """The units of those who made the decision that stands: from the last proposal on."""
    columns = (TimelineEntry.move, TimelineEntry.organisation_id)
    moves = select(*columns).where(TimelineEntry.case_id == case.id, TimelineEntry.move.in_(DECIDES))
    found: list[UUID | None] = []
    for move, unit_id in await session.execute(moves.order_by(TimelineEntry.seq)):
        found = [unit_id] if move in PROPOSES else [*found, unit_id]
    return found


async def _takers(session: AsyncSession, case: Case) -> list[Taker]:
    day = local_date(case.received_at)
    return await takers_on(session, case.profile, REVIEWED, day, LOOK, level=None, ordinary=True)


async def _goes_to_the_top(session: AsyncSession, case: Case) -> bool:
    return any(taker.stand is Stand.HEAD_OFFICE for taker in await _takers(session, case))


async def reviewers(session: AsyncSession, case: Case) -> frozenset[str]:
    """The roles that the chain names for a review."""
    return frozenset(role for taker in await _takers(session, case) for role in taker.roles)


async def took_part(session: AsyncSession, case: Case, principal: Principal) -> bool:
    if principal.user_id in (case.handler_id, case.assignee_id) or principal.actor == case.creator:
        return True
    return await session.get(CaseParticipant, (case.id, principal.user_id)) is not None
