"""A small bank as the first version left it: its rows were written by that version and are kept in a file.

`closed` has been surveyed, `resumed` came back from an appraisal, `open` is being investigated and was urged, `signing`
is with its cosigners, `pending` waits for review, and `late` was filed last. Some clocks had struck and been told, some
had struck when the process went away.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData

from casebackend.database import Database

FIRST = "bfa1990498ac"
READ: dict[str, Callable[[Any], Any]] = {
    "at": datetime.fromisoformat,
    "day": date.fromisoformat,
    "id": UUID,
    "number": Decimal,
    "bytes": bytes.fromhex,
    "json": lambda value: value,
}


@cache
def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


def now() -> datetime:
    """When the first version was stopped."""
    return datetime.fromisoformat(written()["at"])


def case(name: str) -> UUID:
    return UUID(written()["cases"][name])


def _value(given: Any, *, in_sqlite: bool) -> Any:
    if not isinstance(given, dict):
        return given
    [(kind, plain)] = given.items()
    value = READ[kind](plain)
    if in_sqlite and kind in ("at", "id"):
        return value.replace(tzinfo=None) if kind == "at" else value.hex
    return value


def _write(connection: Connection) -> None:
    in_sqlite = connection.dialect.name == "sqlite"
    tables = MetaData()
    tables.reflect(connection)
    for name, content in written()["tables"].items():
        rows = [
            {column: _value(value, in_sqlite=in_sqlite) for column, value in zip(content["columns"], row, strict=True)}
            for row in content["rows"]
        ]
        connection.execute(tables.tables[name].insert(), rows)


async def first_version(database: Database) -> None:
    """Into a database with the schema of the first version."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_write)
