from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.workflow.model import WorkflowStep
from casebackend.workflow.rules import Step


async def chain_on(session: AsyncSession, chain: str, day: date) -> list[Step]:
    """The version in force when the case was received: a running case stays on its version."""
    version = (
        select(func.max(WorkflowStep.effective_from))
        .where(WorkflowStep.chain == chain, WorkflowStep.effective_from <= day)
        .scalar_subquery()
    )
    found = await session.scalars(
        select(WorkflowStep)
        .where(WorkflowStep.chain == chain, WorkflowStep.effective_from == version)
        .order_by(WorkflowStep.seq)
    )
    return [Step(row.code, row.label, row.who, frozenset(row.starts_on), frozenset(row.stops_on)) for row in found]
