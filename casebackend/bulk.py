"""Some hundred new rows of several tables at once: PostgreSQL takes one statement with one document a table.

`inserts.insert_rows` names every value by itself, which is best for a few rows and has a limit of 65,535 values.
"""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, TextClause, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import Base
from casebackend.inserts import New, in_order, kind_of, values_of


def _plain(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("naive datetime")
    if isinstance(value, UUID | date | Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


@cache
def _as_one(kinds: tuple[tuple[type[Base], bool], ...], dialect: Dialect) -> TextClause:
    parts = []
    for place, (kind, replaces) in enumerate(kinds):
        quoted = dialect.identifier_preparer.format_column
        names = [quoted(column) for column in kind.__table__.columns]
        listed, keys = ", ".join(names), [quoted(column) for column in kind.__table__.primary_key]
        part = f"INSERT INTO {kind.__tablename__} ({listed}) SELECT {listed}"
        part += f" FROM json_populate_recordset(CAST(NULL AS {kind.__tablename__}), CAST(:rows_{place} AS json))"
        if replaces:
            changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
            part += f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
        parts.append(part)
    *first, last = parts
    before = ", ".join(f"part_{place} AS ({part})" for place, part in enumerate(first))
    return text(f"WITH {before} {last}" if first else last)


async def write_rows(
    session: AsyncSession, rows: Sequence[Base | New], *, replacing: Collection[type[Base]] = ()
) -> None:
    """Rows of the kinds to be replaced take the place of those with the same key."""
    by_kind: dict[type[Base], list[dict[str, Any]]] = {}
    for row in rows:
        by_kind.setdefault(kind_of(row), []).append(values_of(row))
    if not by_kind:
        return
    kinds = [(kind, kind in replacing) for kind in in_order(by_kind)]
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        texts = {
            f"rows_{place}": json.dumps(by_kind[kind], default=_plain, ensure_ascii=False)
            for place, (kind, _) in enumerate(kinds)
        }
        await connection.execute(_as_one(tuple(kinds), connection.dialect), texts)
        return
    for kind, replaces in kinds:
        insert = sqlite.insert(kind)
        if replaces:
            table = kind.__table__
            changed = {each.name: insert.excluded[each.name] for each in table.columns if not each.primary_key}
            insert = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
        await connection.execute(insert, by_kind[kind])
