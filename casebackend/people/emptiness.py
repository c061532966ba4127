"""What still keeps a unit from being closed: nobody's work may be left in a unit that is no more."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN
from casebackend.registration.model import Registration
from casebackend.registration.rules import State
from casebackend.reviews import rules as reviews
from casebackend.reviews.model import Review
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from casebackend.tasks.rules import PENDING

# How it is counted and said, the column of the unit, and what makes it stand in the way.
WORK: tuple[tuple[str, Any, Any], ...] = (
    ("名在用人员", User.organisation_id, User.active),
    ("件在办投诉", Case.handling_unit_id, Case.status.in_(sorted(OPEN))),
    ("项未完成的协办任务", Task.unit_id, Task.state.in_(PENDING)),
    ("件未结核查", Review.reviewing_unit_id, Review.state.in_(sorted(reviews.OPEN))),
    ("件待接手的暂存登记", Registration.pool_unit_id, Registration.state == State.SAVED),
)


async def busy(session: AsyncSession, units: Collection[UUID]) -> dict[UUID, str]:
    """Of these units, those that are not empty, and with what."""
    found: dict[UUID, list[str]] = {}
    for what, column, standing in WORK:
        counted = select(column, func.count()).where(column.in_(units), standing).group_by(column)
        for unit_id, count in await session.execute(counted):
            found.setdefault(unit_id, []).append(f"{count}{what}")
    return {unit_id: "还有" + "、".join(said) for unit_id, said in found.items()}
