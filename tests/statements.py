"""Counts what the code under test says to the database. BEGIN and COMMIT are no statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import AsyncCursor
from sqlalchemy import event

from tests.world import World


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    with _sqlite(world) if world.database.is_sqlite else _postgres() as said:
        yield said


@contextmanager
def _sqlite(world: World) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    engines = (world.database.engine.sync_engine, world.database._read_engine.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


@contextmanager
def _postgres() -> Iterator[list[str]]:
    """At the driver: a statement that is kept does not pass through SQLAlchemy."""
    said: list[str] = []
    usual = AsyncCursor.execute

    async def noted(self: AsyncCursor[Any], query: Any, *args: Any, **how: Any) -> AsyncCursor[Any]:
        said.append(str(query))
        return await usual(self, query, *args, **how)

    AsyncCursor.execute = noted  # type: ignore[assignment, method-assign]
    try:
        yield said
    finally:
        AsyncCursor.execute = usual  # type: ignore[method-assign]
