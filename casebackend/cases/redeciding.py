"""It waits for the decision of somebody else by now: what was asked of the others is done, and who is asked again after
all finds it among what he has to do."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import deciding
from casebackend.cases.model import Case
from casebackend.notices.settling import Waiting, wait_again
from casebackend.timeline.rules import Kind

# What these entries say may have made it the turn of somebody else.
ANOTHERS_TURN = frozenset({Kind.AWAITS, Kind.REGRADED, Kind.CORRECTED, Kind.GROUP_CHANGED})


async def asked_again(session: AsyncSession, case: Case, *, now: datetime) -> str | None:
    """The cause under which is told whose turn it is now; None where nothing waits for a decision. Nobody is told of a
    cause twice: what they have heard of it who may decide it waits again."""
    move = await deciding.due(session, case)
    if move is None:
        return None
    cause, able = deciding.cause(case, move), await deciding.people(session, case, move)
    users = [user.id for user in able] or None
    await wait_again(session, case.id, [cause], since=case.status_changed_at, now=now, users=users)
    return cause


def asked_of_others(waiting: Iterable[Waiting], cause: str) -> set[UUID]:
    asked = [each for each in waiting if each.what == deciding.ASKED]
    return {each.id for each in asked if each.cause != cause and not each.cause.startswith((f"{cause}:", f"{cause}#"))}
