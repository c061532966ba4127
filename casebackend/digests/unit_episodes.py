"""A unit whose figure on the board stands over the line of a unit: who leads it hears, once for each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.filing import SYSTEM
from casebackend.digests import standing as board
from casebackend.digests.model import UnitEpisode
from casebackend.notices.service import Word, notify
from casebackend.notices.settling import settle_cause
from casebackend.notices.thresholds import in_force
from casebackend.organisations.model import Organisation
from casebackend.staff.queries import leaders_of

LABELS = {"overdue": "超期投诉", "near_due": "临期投诉（含超期）"}


@dataclass(frozen=True, slots=True)
class Crossed:
    unit_id: UUID
    code: str
    value: int
    line: int

    @property
    def alarm(self) -> bool:
        return self.value >= self.line


async def crossed(session: AsyncSession, *, now: datetime) -> Sequence[Crossed]:
    """Those that have just come over the line, or gone below it. Of what no unit is in charge of, the whole bank is
    told."""
    limits = await in_force(session, now)
    known = await session.execute(select(UnitEpisode.unit_id, UnitEpisode.code).where(UnitEpisode.ended_at.is_(None)))
    running: set[tuple[UUID, str]] = {(unit_id, code) for unit_id, code in known}
    found = []
    for code, counted in (await board.by_unit(session, SYSTEM, now=now)).items():
        line = limits.number(f"board.unit_{code}")
        units = {unit for unit in counted if unit is not None} | {unit for unit, of in running if of == code}
        each = [Crossed(unit, code, counted.get(unit, 0), line) for unit in sorted(units)]
        found += [one for one in each if one.alarm != ((one.unit_id, code) in running)]
    return found


async def tell(session: AsyncSession, figure: Crossed, *, now: datetime) -> None:
    """What goes below the line and comes back is told again."""
    same = UnitEpisode.unit_id == figure.unit_id, UnitEpisode.code == figure.code, UnitEpisode.ended_at.is_(None)
    episode = await session.scalar(select(UnitEpisode).where(*same).with_for_update())
    if figure.alarm == (episode is not None):
        return
    if episode is not None:
        episode.ended_at = now
        await session.flush()
        await settle_cause(session, _cause(episode), now=now)
        return
    begun = {name: getattr(figure, name) for name in ("unit_id", "code", "value", "line")}
    episode = UnitEpisode(**begun, began_at=now)
    session.add(episode)
    await session.flush()
    unit = await session.get_one(Organisation, figure.unit_id)
    values = {"name": unit.name, "label": LABELS[figure.code], "value": figure.value, "line": figure.line}
    link = f"/query?{figure.code}=1&handling_unit={figure.unit_id}"
    word = Word(_cause(episode), "board.unit_alarm", "staff_board_unit_alarm", values, link)
    await notify(session, word, to=await leaders_of(session, figure.unit_id), unit_id=figure.unit_id, now=now)


def _cause(episode: UnitEpisode) -> str:
    return f"board.unit_alarm:{episode.id}"
