"""Who has to stay away from a case: by complaint, by the line of command, by an outlet, by declaration."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import BRANCHES
from casebackend.cases.model import Case
from casebackend.cases.rules import HEAD, Move
from casebackend.database import remembered
from casebackend.errors import Forbidden
from casebackend.matters.rules import MatterType
from casebackend.notices.thresholds import in_force
from casebackend.organisations.queries import tree
from casebackend.parties.queries import persons_complained_of
from casebackend.recusals import queries, rules
from casebackend.recusals.rules import Why
from casebackend.staff.model import User
from casebackend.staff.queries import superiors

# What remains open to somebody who has to stay away: to give the case out of his hands.
WAYS_OUT = frozenset({Move.SEND_BACK, Move.TRANSFER, Move.REPORT_UP})


class Went(StrEnum):
    """What became of a case from which somebody has to stay away."""

    SENT_BACK = "sent_back"
    POOLED = "pooled"
    ANSWERED = "answered"
    NOT_HIS = "not_his"


class Recused(Forbidden):
    slug, title = "recused", "请回避"

    def __init__(self, why: Why) -> None:
        super().__init__(f"{rules.LABELS[why]}，不能办理这件投诉；确需办理的由总行投诉管理部门说明理由后解除回避")


async def barred(session: AsyncSession, case: Case, users: Collection[User]) -> dict[UUID, Why]:
    """Of these people, who has to stay away, and why. The rules are those of the day the case was received."""
    return await _barred(session, case, users, await _known(session, case))


async def hearing(session: AsyncSession, case: Case, users: Sequence[User]) -> list[User]:
    """Without those who have to stay away: they hear nothing of it. Who is named in praise hears of it gladly."""
    if case.matter_type == MatterType.PRAISE or not users:
        return list(users)
    known = await remembered(session, ("stays_away", case.id), lambda: _known(session, case))
    barred = await _barred(session, case, users, known)
    return [user for user in users if user.id not in barred]


async def of_a_notice(session: AsyncSession, case_id: UUID, users: Sequence[User]) -> list[User]:
    """As `hearing`, for whoever knows only which case a notice is about."""
    case = await session.get(Case, case_id)
    return await hearing(session, case, users) if case is not None else list(users)


type _Known = tuple[set[UUID], set[UUID], set[UUID]]


async def _barred(session: AsyncSession, case: Case, users: Collection[User], known: _Known) -> dict[UUID, Why]:
    declared, waived, named = known
    outlet = await _outlet(session, case)
    found = {}
    for user in users:
        above = {each.id for each in await superiors(session, user)} if named else set()
        why = rules.why(
            user.id,
            declared=declared,
            waived=waived,
            complained_of=named,
            superiors=above,
            heads_outlet=outlet is not None and user.organisation_id == outlet and HEAD in user.roles,
        )
        if why is not None:
            found[user.id] = why
    return found


def _kin(case: Case) -> Select[UUID]:
    """One matter, several cases: the first complaint behind a second one, and what was merged."""
    above = {case.id, case.parent_id, case.master_id} - {None}
    return select(Case.id).where(or_(Case.id.in_(above), Case.master_id.in_(above)))


async def _known(session: AsyncSession, case: Case) -> _Known:
    """Who declared a conflict, who was let back, whom the complaint names; in one statement, for the page of a case."""
    sets: _Known = (set(), set(), set())
    kin = _kin(case)
    asked = (queries.declared(kin, own=case.id), queries.waived(case.id), persons_complained_of(kin))
    columns = [each.add_columns(literal(place)) for place, each in enumerate(asked)]
    for user_id, place in await session.execute(union_all(*columns)):
        sets[place].add(user_id)
    return sets


async def _outlet(session: AsyncSession, case: Case) -> UUID | None:
    """The outlet complained of, where its head has to stay away."""
    if case.unit_id is None:
        return None
    if not (await in_force(session, case.received_at)).number("recusal.outlet_head"):
        return None
    unit = (await tree(session)).units.get(case.unit_id)
    return case.unit_id if unit is not None and unit.level in BRANCHES else None


async def why_barred(session: AsyncSession, case: Case, principal: Principal) -> Why | None:
    user = await session.get(User, principal.user_id) if principal.user_id is not None else None
    return (await barred(session, case, [user])).get(user.id) if user is not None else None


async def require_unbarred(session: AsyncSession, case: Case, principal: Principal) -> None:
    why = await why_barred(session, case, principal)
    if why is not None:
        raise Recused(why)


async def require_may_move(session: AsyncSession, case: Case, move: Move, principal: Principal) -> None:
    if move not in WAYS_OUT:
        await require_unbarred(session, case, principal)
