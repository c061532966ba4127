"""What a complaint that comes out of another one brings with it: people, papers, things, and who stays away."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers.service import vault
from casebackend.parties.model import BusinessObject, Party, ReceivedDocument
from casebackend.recusals.model import Recusal

SEALED: dict[Any, tuple[str, ...]] = {
    Party: ("name_enc", "phone_enc", "caller_enc", "id_number_enc"),
    BusinessObject: ("value_enc",),
    ReceivedDocument: (),
}


async def inherit(session: AsyncSession, source: UUID, target: UUID, *, stays_away: bool) -> None:
    """`stays_away`: whoever declared a conflict on the source does so here too; a second complaint asks its first."""
    for table in SEALED:
        for row in await session.scalars(select(table).where(table.case_id == source)):
            session.add(_copied(session, table, row, target))
    if stays_away:
        standing = select(Recusal).where(Recusal.case_id == source, Recusal.lifted_at.is_(None))
        for row in await session.scalars(standing):
            session.add(_copied(session, Recusal, row, target))
    await session.flush()


def _copied(session: AsyncSession, table: Any, row: Any, target: UUID) -> Any:
    """What is sealed is sealed to its row, so it is sealed anew."""
    values = {name: getattr(row, name) for name in table.__table__.columns.keys()}  # noqa: SIM118  columns, not a dict
    made = uuid4()
    for name in SEALED.get(table, ()):
        if values[name] is not None:
            plain = vault(session).open(table.__tablename__, name, row.id, values[name])
            values[name] = vault(session).seal(table.__tablename__, name, made, plain)
    return table(**values | {"id": made, "case_id": target})
