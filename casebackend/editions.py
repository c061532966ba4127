"""Reference data that hardly ever change (calendar, limits, chains, units, code lists), kept in the process.

Each table of them has an edition that its writers raise. A transaction asks once for all editions; what is kept under
another edition is loaded anew. So every process sees a change with its next transaction. A request that only reads was
told the editions together with its login, a moment before.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import TOLD, Base, by_name

KEPT = "references"
SEEN, CHANGED = "editions.seen", "editions.changed"
EDITIONS = "editions"


class Edition(Base):
    __tablename__ = "editions"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    edition: Mapped[int]


ALL = select(by_name(Edition.name, Edition.edition)).scalar_subquery().label(EDITIONS)


async def _seen(session: AsyncSession) -> dict[str, int]:
    """Within one transaction the editions stand still; a session that serves a second one asks again."""
    told: dict[str, int] | None = session.info.get(TOLD, {}).get(EDITIONS)
    if told is not None:
        return told
    transaction = session.sync_session.get_transaction()
    held = session.info.get(SEEN)
    if held is not None and held[0] is transaction:
        return cast(dict[str, int], held[1])
    rows = await session.execute(select(Edition.name, Edition.edition))
    found = {name: edition for name, edition in rows}
    session.info[SEEN] = (session.sync_session.get_transaction(), found)
    return found


async def kept[T](
    session: AsyncSession, name: str, load: Callable[[AsyncSession], Awaitable[T]], *, key: Any = None
) -> T:
    """Plain, immutable data only: what is returned is shared by all requests of the process.

    `name` is what `changed` is called with; `key` tells several things under one name apart.
    """
    references: dict[Any, tuple[int, Any]] | None = session.info.get(KEPT)
    if references is None or name in session.info.get(CHANGED, ()):
        return await load(session)
    current = (await _seen(session)).get(name, 0)
    held = references.get((name, key))
    if held is None or held[0] != current:
        held = (current, await load(session))
        references[name, key] = held
    return cast(T, held[1])


async def changed(session: AsyncSession, name: str) -> None:
    """Whoever writes such a table says so in the same transaction; until its end this session keeps nothing of it."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    await session.execute(
        insert(Edition)
        .values(name=name, edition=1)
        .on_conflict_do_update(index_elements=["name"], set_={"edition": Edition.edition + 1})
    )
    session.info.setdefault(CHANGED, set()).add(name)
