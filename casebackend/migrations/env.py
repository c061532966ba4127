import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from casebackend import schema
from casebackend.connection import open_database
from casebackend.database import UtcDateTime
from casebackend.settings import Settings

# SQLite changes a column by making its table anew, which breaks every reference to it for a moment; and it takes this
# pragma outside of a transaction only. On PostgreSQL a large table takes longer than a request may.
UNHINDERED = {"sqlite": "PRAGMA foreign_keys=OFF", "postgresql": "SET statement_timeout = 0"}


class Dangling(Exception):
    """A migration would leave references to what is not there. It is rolled back."""


def plain_types(kind: str, column_type: Any, _: AutogenContext) -> str | Literal[False]:
    """A migration must not change its meaning when our types do."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(column_type, UtcDateTime) else False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_types,
        transaction_per_migration=True,
        on_version_apply=whole,
    )
    with context.begin_transaction():
        context.run_migrations()


def whole(ctx: Any, *_: Any, **__: Any) -> None:
    """Within the transaction of each version: what SQLite did not watch over is looked at before it counts."""
    if ctx.connection.dialect.name == "sqlite":
        broken = {row[0] for row in ctx.connection.execute(text("PRAGMA foreign_key_check"))}
        if broken:
            raise Dangling(", ".join(sorted(broken)))


async def migrate() -> None:
    given = context.config.attributes.get("database")
    database = given or open_database(Settings())  # type: ignore[call-arg]

    def unhindered(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(UNHINDERED[database.engine.dialect.name])
        cursor.close()
        connection.commit()

    await database.engine.dispose()
    event.listen(database.engine.sync_engine, "connect", unhindered)
    try:
        async with database.engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        event.remove(database.engine.sync_engine, "connect", unhindered)
        await database.dispose()


asyncio.run(migrate())
