"""Lists that are no lists of cases: the ledger of the counters (网点台账), and demands (督办) with what was said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.demands.rules import State
from casebackend.exports.pages import paged
from casebackend.exports.rules import Cell, Kind, Table
from casebackend.exports.selection import Selection
from casebackend.registration import ledger
from casebackend.supervision import sheet


async def table(
    session: AsyncSession, principal: Principal, selection: Selection, *, as_of: datetime, now: datetime, most: int
) -> tuple[Table, int]:
    """At most `most` rows of what was there at `as_of`, and how many there are."""
    own = dict(selection.own)
    make = _ledger if selection.kind is Kind.LEDGER else _demands
    headings, rows, matched = await make(session, principal, own, as_of=as_of, now=now, most=most)
    return Table(selection.title, headings, paged(rows)), matched


type Made = tuple[Sequence[str], Iterable[Sequence[Cell]], int]


async def _ledger(
    session: AsyncSession, principal: Principal, own: Mapping[str, str], *, as_of: datetime, now: datetime, most: int
) -> Made:
    month, unit_id = date.fromisoformat(f"{own['month']}-01"), UUID(own["outlet"]) if "outlet" in own else None
    matched = await ledger.count(session, principal, month=month, unit_id=unit_id, as_of=as_of)
    found = await ledger.rows(session, principal, month=month, unit_id=unit_id, as_of=as_of, most=most)
    return ledger.headings(), (ledger.cells(row) for row in found), matched


async def _demands(
    session: AsyncSession, principal: Principal, own: Mapping[str, str], *, as_of: datetime, now: datetime, most: int
) -> Made:
    state = State(own["state"]) if own["state"] in set(State) else None
    found = await sheet.rows(session, principal, state=state, now=now, as_of=as_of)
    return sheet.HEADINGS, found[:most], len(found)
