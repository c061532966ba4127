"""The peer of registering: a bare handler that writes the same rows with Core inserts in one transaction.

The rows are those that one real registration wrote (bench.cases captures them); keys are made anew for each request.
"""

import pickle
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sanic import HTTPResponse, Request, Sanic, json
from sqlalchemy import Table, UniqueConstraint, insert, update
from sqlalchemy.ext.asyncio import create_async_engine

from casebackend.cases.model import CaseCounter
from casebackend.schema import METADATA

type Rows = dict[str, list[dict[str, Any]]]


def keyed(table: Table, row: dict[str, Any], new: set[UUID]) -> set[str]:
    """Text columns that must differ from row to row, because no new key makes the row another one."""
    unique = [set(table.primary_key.columns.keys()), *({column.name} for column in table.columns if column.unique)]
    unique += [set(each.columns.keys()) for each in table.constraints if isinstance(each, UniqueConstraint)]
    unique += [set(each.columns.keys()) for each in table.indexes if each.unique]
    return {name for names in unique if not new & {row[each] for each in names} for name in names}


def renewed(rows: Rows, new: set[UUID]) -> Rows:
    """The same rows under other keys, so that they can be written again."""
    fresh, mark = {one: uuid4() for one in new}, uuid4().hex

    def other(value: Any, *, is_key: bool) -> Any:
        if isinstance(value, UUID):
            return fresh.get(value, value)
        return (mark + mark)[: len(value)] if is_key and isinstance(value, str) else value

    made: Rows = {}
    for name, found in rows.items():
        table = METADATA.tables[name]
        made[name] = []
        for row in found:
            keys = keyed(table, row, new)
            made[name].append({column: other(value, is_key=column in keys) for column, value in row.items()})
    return made


def main(rows_file: Path, url: str, port: int) -> None:
    rows, new, day = pickle.loads(rows_file.read_bytes())
    tables = [table for table in METADATA.sorted_tables if table.name in rows]
    app: Sanic[Any, Any] = Sanic("bare", configure_logging=False)

    @app.before_server_start
    async def connect(*_: Any) -> None:
        app.ctx.engine = create_async_engine(url, pool_size=8)

    @app.post("/")
    async def register(request: Request) -> HTTPResponse:
        _ = request.json
        made = renewed(rows, new)
        async with app.ctx.engine.begin() as connection:
            await connection.execute(
                update(CaseCounter).where(CaseCounter.day == day).values(last=CaseCounter.last + 1)
            )
            for table in tables:
                await connection.execute(insert(table), made[table.name])
        return json({"number": made["cases"][0]["number"]}, status=201)

    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
