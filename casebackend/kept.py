"""Statements that are put together once and asked often: each time only their values are worked out.

SQLAlchemy needs three times as long for a list as PostgreSQL, most of it to put together again what it knows already.
So the text is kept, PostgreSQL's driver gets it as it is, and the rows are the driver's tuples.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from psycopg import AsyncRawCursor
from sqlalchemy import Dialect, Select
from sqlalchemy.ext.asyncio import AsyncSession

MOST = 1_000
_NONE_OF = re.compile(r"NOT IN \(__\[POSTCOMPILE_(\w+)\]\)")
_ONE_OF = re.compile(r"IN \(__\[POSTCOMPILE_(\w+)\]\)")
_PLACE = re.compile(r"%\((\w+)\)s|%%")


class Kept:
    """`rows` takes a value for each `bindparam` of the statement that has none; further ones are left out."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._text: str | None = None
        self._names: list[str] = []
        self._own: dict[str, Any] = {}

    async def rows(self, session: AsyncSession, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        connection = await session.connection()
        if connection.dialect.name != "postgresql":
            rows: Sequence[Any] = (await connection.execute(self._statement, dict(values))).all()
            return rows
        text = self._text or self._put_together(connection.dialect)
        given = {**self._own, **values}
        driver: Any = (await connection.get_raw_connection()).driver_connection
        cursor = AsyncRawCursor(driver)
        await cursor.execute(text, [given[name] for name in self._names])
        found: Sequence[Sequence[Any]] = await cursor.fetchall()
        return found

    def _put_together(self, dialect: Dialect) -> str:
        """A list of values takes one place, and places have numbers: the text is the same however many there are."""
        compiled = self._statement.compile(dialect=dialect)
        text = _ONE_OF.sub(r"= ANY (%(\1)s)", _NONE_OF.sub(r"<> ALL (%(\1)s)", str(compiled)))
        names: list[str] = []

        def numbered(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            if found[1] not in names:
                names.append(found[1])
            return f"${names.index(found[1]) + 1}"

        self._text = _PLACE.sub(numbered, text)
        self._names = names
        self._own = {name: value for name, value in compiled.params.items() if value is not None}
        return self._text


_kept: dict[Hashable, Kept] = {}


def kept(form: Hashable, made: Callable[[], Kept]) -> Kept:
    """The statement of this form; whoever asks first makes it. What was asked longest ago is forgotten."""
    found = _kept.pop(form, None) or made()
    _kept[form] = found
    if len(_kept) > MOST:
        del _kept[next(iter(_kept))]
    return found
