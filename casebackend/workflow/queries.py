from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations.model import Organisation
from casebackend.workflow.model import WorkflowStep
from casebackend.workflow.rules import Step


async def chain_on(session: AsyncSession, chain: str, day: date) -> list[Step]:
    """The version in force when the case was received: a running case stays on its version. Before the first version,
    the first."""
    dates = select(func.max(WorkflowStep.effective_from)).where(WorkflowStep.chain == chain)
    in_force = dates.where(WorkflowStep.effective_from <= day).scalar_subquery()
    first = select(func.min(WorkflowStep.effective_from)).where(WorkflowStep.chain == chain).scalar_subquery()
    version = func.coalesce(in_force, first)
    found = await session.scalars(
        select(WorkflowStep)
        .where(WorkflowStep.chain == chain, WorkflowStep.effective_from == version)
        .order_by(WorkflowStep.seq)
    )
    return [Step(row.code, row.label, row.who, frozenset(row.starts_on), frozenset(row.stops_on)) for row in found]


async def deciding_unit(session: AsyncSession, chain: str, day: date) -> UUID | None:
    """The unit that the last step of the chain names; None when the bank has no unit of that name."""
    steps = await chain_on(session, chain, day)
    if not steps:
        return None
    found: UUID | None = await session.scalar(select(Organisation.id).where(Organisation.name == steps[-1].who))
    return found
