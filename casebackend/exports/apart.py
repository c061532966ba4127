"""Lists that are no lists of cases: the ledger of the counters (网点台账), and demands (督办) with what was said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.demands.rules import State
from casebackend.exports.pages import Pages, paged
from casebackend.exports.rules import Cell, Kind, Table
from casebackend.exports.selection import Selection
from casebackend.registration import ledger
from casebackend.supervision import sheet


async def table(
    session: AsyncSession, principal: Principal, selection: Selection, *, as_of: datetime, now: datetime, most: int
) -> tuple[Table, int]:
    """At most `most` rows of what was there at `as_of`, and how many there are."""
    own = dict(selection.own)
    if selection.kind is not Kind.LEDGER:
        found = await _demands(session, principal, own, as_of, now)
        return Table(selection.title, sheet.HEADINGS, paged(found[:most])), len(found)
    month, unit_id = _of_ledger(own)
    pages = Pages()
    async for page in ledger.batches(session, principal, month=month, unit_id=unit_id, as_of=as_of, most=most):
        pages.add([ledger.cells(row) for row in page])
    matched = await ledger.count(session, principal, month=month, unit_id=unit_id, as_of=as_of)
    return Table(selection.title, ledger.headings(), pages), matched


async def count(session: AsyncSession, principal: Principal, selection: Selection, *, as_of: datetime) -> int:
    own = dict(selection.own)
    if selection.kind is not Kind.LEDGER:
        return len(await _demands(session, principal, own, as_of, as_of))
    month, unit_id = _of_ledger(own)
    return await ledger.count(session, principal, month=month, unit_id=unit_id, as_of=as_of)


def _of_ledger(own: Mapping[str, str]) -> tuple[date, UUID | None]:
    return date.fromisoformat(f"{own['month']}-01"), UUID(own["outlet"]) if "outlet" in own else None


async def _demands(
    session: AsyncSession, principal: Principal, own: Mapping[str, str], as_of: datetime, now: datetime
) -> Sequence[Sequence[Cell]]:
    state = State(own["state"]) if own["state"] in set(State) else None
    return await sheet.rows(session, principal, state=state, now=now, as_of=as_of)
