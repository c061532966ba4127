from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.organisations import queries
from casebackend.organisations.model import Organisation

SEED = Path(__file__).with_name("seed.yml")


async def seed(session: AsyncSession) -> None:
    """Adds the units of seed.yml that are not there yet; what an administrator changed stays."""
    rows: list[dict[str, Any]] = yaml.safe_load(SEED.read_text(encoding="utf-8"))["organisations"]
    for row in rows:
        if await queries.by_code(session, row["code"]) is not None:
            continue
        parent = await queries.by_code(session, row["parent"]) if row.get("parent") else None
        session.add(
            Organisation(
                code=row["code"],
                name=row["name"],
                short_name=row["short_name"],
                level=row["level"],
                parent_id=parent.id if parent else None,
                aliases=row.get("aliases", []),
            )
        )
        await session.flush()
    await editions.changed(session, queries.ORGANISATIONS)
