from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.approvals import service as approvals
from casebackend.editions import changed
from casebackend.grading.model import GradingRule
from casebackend.grading.queries import EDITION

SEED = Path(__file__).with_name("rules.yml")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    """Adds the rules of rules.yml that are not there yet; what the bank has changed stays."""
    rows = await session.execute(select(GradingRule.code, GradingRule.effective_from))
    known = {(code, day) for code, day in rows}
    numbers = await approvals.numbers(session, GradingRule)
    for row in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        if (row["code"], row["effective_from"]) not in known:
            numbers[row["code"]] = numbers.get(row["code"], -1) + 1
            session.add(GradingRule(**row, number=numbers[row["code"]]))
    await session.flush()
    await changed(session, EDITION)
