"""New rows of many tables in few statements, for the paths that are measured; elsewhere `session.add` is as good."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg import AsyncRawCursor
from sqlalchemy import Dialect, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from casebackend.database import Base


@cache
def _places() -> dict[str, int]:
    """The tables in an order in which what is referred to stands first."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


def in_order(kinds: Iterable[type[Base]]) -> list[type[Base]]:
    """What is referred to first."""
    return sorted(kinds, key=lambda each: _places()[each.__tablename__])


@cache
def _columns(kind: type[Base]) -> tuple[tuple[str, Any], ...]:
    return tuple((column.key, column.default) for column in kind.__table__.columns)


@dataclass(frozen=True, slots=True)
class New:
    """A row that no session will know, for `insert_rows` and `bulk.write_rows`: a tenth of the price of an object."""

    kind: type[Base]
    values: dict[str, Any]


def kind_of(row: Base | New) -> type[Base]:
    return row.kind if isinstance(row, New) else type(row)


def values_of(row: Base | New) -> dict[str, Any]:
    """Every column, with its default where nothing was said; the row holds the same afterwards."""
    held = row.values if isinstance(row, New) else row.__dict__
    columns = _columns(kind_of(row))
    for key, default in columns:
        if key not in held:
            held[key] = None if default is None else default.arg(None) if default.is_callable else default.arg
    if isinstance(row, New) and len(held) != len(columns):
        raise TypeError(held.keys() - {key for key, _ in columns})
    return {key: held[key] for key, _ in columns}


@cache
def _as_one(kinds: tuple[tuple[type[Base], int], ...], dialect: Dialect) -> tuple[str, list[Any]]:
    """So many rows of each kind in one statement, and what makes values fit for it. Foreign keys are looked at when the
    whole statement has ended."""
    inserts: list[str] = []
    processors: list[Any] = []
    for kind, count in kinds:
        columns = list(kind.__table__.columns)
        names = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
        places = iter(range(len(processors) + 1, len(processors) + count * len(columns) + 1))
        listed = ", ".join(f"({', '.join(f'${next(places)}' for _ in columns)})" for _ in range(count))
        inserts.append(f"INSERT INTO {kind.__tablename__} ({names}) VALUES {listed}")
        processors += [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns] * count
    *first, last = inserts
    before = ", ".join(f"part_{place} AS ({part})" for place, part in enumerate(first))
    return f"WITH {before} {last}" if first else last, processors


async def insert_rows(session: AsyncSession, rows: Sequence[Base | New], *, keep: Sequence[Base] = ()) -> None:
    """New rows of many tables, what is referred to first. Those to `keep` stay in the session.

    SQLite takes one statement a table, PostgreSQL one for all: each would cost a way there and back.
    For the paths that are measured; everywhere else `session.add` is as good."""
    by_kind: dict[type[Base], list[dict[str, Any]]] = {}
    for row in (*rows, *keep):
        by_kind.setdefault(kind_of(row), []).append(values_of(row))
    kinds = in_order(by_kind)
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        statement, processors = _as_one(tuple((kind, len(by_kind[kind])) for kind in kinds), connection.dialect)
        values = [value for kind in kinds for found in by_kind[kind] for value in found.values()]
        bound = (process(value) if process else value for process, value in zip(processors, values, strict=True))
        driver: Any = (await connection.get_raw_connection()).driver_connection
        usual, driver.cursor_factory = driver.cursor_factory, AsyncRawCursor  # no search for places in so long a text
        try:
            await connection.exec_driver_sql(statement, tuple(bound))
        finally:
            driver.cursor_factory = usual
    else:
        for kind in kinds:
            await connection.execute(insert(kind.__table__), by_kind[kind])  # type: ignore[arg-type]
    for row in keep:
        make_transient_to_detached(row)
        session.add(row)
