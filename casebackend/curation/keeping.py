"""归口部门: which department answers for an entry; its liaison hears what others want changed in it."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.curation import errors
from casebackend.curation.indexing import EDITION
from casebackend.curation.model import Article
from casebackend.organisations.model import Organisation


@cache
def of_branches() -> dict[str, str]:
    held = yaml.safe_load(Path(__file__).with_name("keepers.yml").read_text(encoding="utf-8"))
    return {str(branch): str(name) for branch, name in held.items()}


async def seed(session: AsyncSession) -> None:
    """What came with the product and has no keeper gets that of its branch, where the house has such a department."""
    units = {name: id for id, name in await session.execute(select(Organisation.id, Organisation.name))}
    rows = await session.scalars(select(Article).where(Article.unit_id.is_(None), Article.origin == "content"))
    found = False
    for row in rows:
        unit = units.get(of_branches().get(row.branch.split("/")[0], ""))
        if unit is not None:
            row.unit_id, row.row_version, found = unit, row.row_version + 1, True
    if found:
        await session.flush()
        await editions.changed(session, EDITION)


async def require_unit(session: AsyncSession, fields: Mapping[str, Any]) -> None:
    """Who keeps an entry is open for business on the day it is written."""
    wanted = fields.get("unit_id")
    if wanted is None:
        return
    unit = await session.get(Organisation, wanted)
    if unit is None or unit.closed_on is not None:
        raise errors.KeeperUnknown


async def names(session: AsyncSession, ids: Collection[UUID | None]) -> dict[UUID, str]:
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    rows = await session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    return {id: name for id, name in rows}


async def names_of(session: AsyncSession, written: Collection[str]) -> dict[str, str]:
    """The same, as they stand in the index and in addresses; what is no department is left out."""
    found = await names(session, [id for each in written if (id := _id(each)) is not None])
    return {str(id): name for id, name in found.items()}


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
