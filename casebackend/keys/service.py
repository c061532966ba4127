"""Writing everything that is sealed anew under the first key, beside the running system.

A batch is one short transaction. Each value is replaced only where it is still the one that was read, so whoever
writes meanwhile wins; on PostgreSQL a row in somebody's hands is left for the next pass. Nothing is remembered between
batches but in the values themselves, which say their key: killed at any moment, it goes on where it was.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, not_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers.service import vault
from casebackend.customers.vault import Sealed as CannotOpen
from casebackend.database import Base, Database
from casebackend.failpoints import failpoint
from casebackend.keys.registry import SEALED, Sealed

PAUSE_SECONDS = 0.01
BUSY_SECONDS = 0.5
PASSES = 20


@dataclass(slots=True)
class Rotation:
    """`lost`: table, column and row of what no key that we hold can open."""

    resealed: int = 0
    reindexed: int = 0
    lost: set[tuple[str, str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one column: how many values are sealed, under the first key, and how many indexes are under the first."""

    place: Sealed
    sealed: int
    under_primary: int
    indexed: int
    index_under_primary: int

    @property
    def left(self) -> int:
        return self.sealed - self.under_primary + self.indexed - self.index_under_primary


def _table(place: Sealed) -> Table:
    return Base.metadata.tables[place.table]


def _begins(column: Any, prefix: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = func.substr(column, 1, len(prefix)) == prefix
    return found


async def standing(session: AsyncSession) -> list[Standing]:
    held, found = vault(session), []
    for place in SEALED:
        column = _table(place).c[place.column]
        index = _table(place).c[place.index] if place.index else None
        counted = [func.count(column), func.count().filter(_begins(column, held.prefix))]
        if index is not None:
            current = _begins(index, held.index_prefix) if held.index_prefix else index.is_not(None)
            counted += [func.count(index), func.count().filter(current)]
        row = (await session.execute(select(*counted))).one()
        sealed, under_primary, indexed, of_index = (*row, 0, 0)[:4]
        found.append(Standing(place, sealed, under_primary, indexed, of_index))
    return found


async def rotate(database: Database) -> Rotation:
    """Until a whole pass has found nothing left that can be opened."""
    done = Rotation()
    for _ in range(PASSES):
        before = done.resealed + done.reindexed
        for place in SEALED:
            async for batch in _batches(database, place, done):
                await asyncio.sleep(PAUSE_SECONDS if batch else 0)
        if done.resealed + done.reindexed == before:
            break
    return done


async def _batches(database: Database, place: Sealed, done: Rotation) -> AsyncIterator[int]:
    after: UUID | None = None
    while True:
        try:
            async with database.transaction() as session:
                rows = await _stale(session, place, after)
                await _renew(session, place, rows, done)
                await failpoint("keys.mid_batch")
        except OperationalError:  # somebody else writes for longer than we wait: the batch is taken again
            await asyncio.sleep(BUSY_SECONDS)
            continue
        if not rows:
            return
        after = rows[-1][0]
        yield len(rows)


async def _stale(session: AsyncSession, place: Sealed, after: UUID | None) -> Sequence[Row[Any]]:
    held, table = vault(session), _table(place)
    identity, column = table.c[place.row], table.c[place.column]
    wanted = not_(_begins(column, held.prefix))
    read: list[Any] = [identity, column]
    if place.index:
        index = table.c[place.index]
        read.append(index)
        if held.index_prefix:
            wanted = wanted | (index.is_not(None) & not_(_begins(index, held.index_prefix)))
    if "{kind}" in place.kind:
        read.append(table.c.kind)
    query: Select[Any] = select(*read).where(column.is_not(None), wanted).order_by(identity).limit(place.batch)
    if after is not None:
        query = query.where(identity > after)
    found: Sequence[Row[Any]] = (await session.execute(query.with_for_update(skip_locked=True))).all()
    return found


async def _renew(session: AsyncSession, place: Sealed, rows: Sequence[Any], done: Rotation) -> None:
    held, table = vault(session), _table(place)
    changes, reindexed = [], 0
    for row in rows:
        try:
            plain = held.open(place.table, place.column, row[0], row[1])
        except CannotOpen:
            done.lost.add((place.table, place.column, str(row[0])))
            continue
        change = {"row": row[0], "was": row[1], "now": held.seal(place.table, place.column, row[0], plain)}
        if place.index:
            kind = place.kind.format(kind=row[-1])
            made = held.index(kind, plain.upper() if place.upper else plain) if row[2] and held.index_prefix else row[2]
            reindexed += made != row[2]
            change["indexed"] = made
        changes.append(change)
    if not changes:
        return
    values: dict[str, Any] = {place.column: bindparam("now")}
    if place.index:
        values[place.index] = bindparam("indexed")
    still = (table.c[place.row] == bindparam("row"), table.c[place.column] == bindparam("was"))
    await (await session.connection()).execute(update(table).where(*still).values(values), changes)
    done.resealed += len(changes)
    done.reindexed += reindexed
