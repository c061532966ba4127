from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.dictionaries.queries import DICTIONARIES

SEED = Path(__file__).with_name("taxonomy.yml")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = set(await session.scalars(select(DictionaryTerm.id)))
    for dictionary, content in yaml.safe_load(SEED.read_text()).items():
        for seq, term in enumerate(content["terms"], 1):
            if term["id"] not in known:
                session.add(
                    DictionaryTerm(
                        id=term["id"],
                        dictionary=dictionary,
                        seq=seq,
                        name=term["name"],
                        parent_id=term["parent"],
                        keywords=term.get("keywords", []),
                    )
                )
    await session.flush()
    await editions.changed(session, DICTIONARIES)
