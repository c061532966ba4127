import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine import Connection

from casebackend import schema
from casebackend.connection import open_database
from casebackend.database import UtcDateTime
from casebackend.settings import Settings


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
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate() -> None:
    given = context.config.attributes.get("database")
    database = given or open_database(Settings())  # type: ignore[call-arg]
    async with database.engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await database.dispose()


asyncio.run(migrate())
