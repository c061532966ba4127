from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.approvals.rules import APPROVED
from casebackend.editions import changed
from casebackend.grading.model import GradingRule
from casebackend.grading.queries import EDITION

SEED = Path(__file__).with_name("rules.yml")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Adds the rules of rules.yml that are not there yet; to a rule that the bank has changed nothing is added."""
    held: dict[str, list[GradingRule]] = {}
    for version in await session.scalars(select(GradingRule).where(GradingRule.state == APPROVED)):
        held.setdefault(version.code, []).append(version)
    for given in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        before = held.setdefault(given["code"], [])
        if any(each.proposed_at is not None or each.effective_from == given["effective_from"] for each in before):
            continue
        row = GradingRule(**given, number=max((each.number + 1 for each in before), default=0))
        session.add(row)
        before.append(row)
    await session.flush()
    await changed(session, EDITION)
