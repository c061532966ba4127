"""A figure of the board over its line is told to who answers for it, once for each time that it stands there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.standing import FigureView
from casebackend.cases.filing import SYSTEM
from casebackend.cases.placing import is_head_office
from casebackend.digests import standing as board
from casebackend.digests.model import Episode
from casebackend.notices.service import Word, notify
from casebackend.notices.settling import settle_cause
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role

# Each customer and each case that waits is told of by itself.
TOLD_BY_CASE = frozenset({"longest_wait"})
OF_PROGRAMS = frozenset({"fallback", "failed"})


async def figures(session: AsyncSession, *, now: datetime) -> Sequence[FigureView]:
    """Those of the whole bank that have just come over their line, or gone below it."""
    standing = await board.figures(session, SYSTEM, now=now)
    running = set(await session.scalars(select(Episode.code).where(Episode.ended_at.is_(None))))
    return [each for each in standing if each.code not in TOLD_BY_CASE and each.alarm != (each.code in running)]


async def tell_figure(session: AsyncSession, figure: FigureView, *, now: datetime) -> None:
    """Once for each time that it stands over its line; what goes below it and comes back is told again."""
    running = select(Episode).where(Episode.code == figure.code, Episode.ended_at.is_(None)).with_for_update()
    episode = await session.scalar(running)
    if not figure.alarm:
        if episode is not None:
            episode.ended_at = now
            await session.flush()
            await settle_cause(session, _cause(episode), now=now)
        return
    if episode is not None:
        return
    episode = Episode(code=figure.code, value=figure.value or 0, line=figure.limit, began_at=now)
    session.add(episode)
    await session.flush()
    values = {"label": figure.label, "value": figure.value, "unit": figure.unit, "line": figure.limit}
    word = Word(_cause(episode), "board.alarm", "staff_board_alarm", values, figure.href or "/board")
    await notify(session, word, to=await _watching(session, figure.code), now=now)


def _cause(episode: Episode) -> str:
    return f"board.alarm:{episode.id}"


async def _watching(session: AsyncSession, code: str) -> list[User]:
    """Who answers for the complaints of the whole bank; of what programs do badly also who runs them."""
    managers = await staff.with_role(session, Role.COMPLAINT_MANAGER)
    found = [each for each in managers if await is_head_office(session, each.organisation_id)] or [*managers]
    keepers = await staff.with_role(session, Role.SYSTEM_ADMIN) if code in OF_PROGRAMS else []
    return [*found, *(each for each in keepers if each not in found)]
