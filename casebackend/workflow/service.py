from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.workflow.model import WorkflowStep

SEED = Path(__file__).with_name("chain.yml")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = set(await session.scalars(select(WorkflowStep.chain)))
    for chain in yaml.safe_load(SEED.read_text()):
        if chain["chain"] in known:
            continue
        for seq, step in enumerate(chain["steps"], 1):
            session.add(WorkflowStep(chain=chain["chain"], seq=seq, effective_from=chain["effective_from"], **step))
    await session.flush()
