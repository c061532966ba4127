from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.approvals.rules import APPROVED
from casebackend.editions import kept
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import tree
from casebackend.workflow import rules
from casebackend.workflow.model import FlowVersion, ProfileUse, UnitDuty, WorkflowStep
from casebackend.workflow.rules import FIRST, FOUR_STEP, SIGN, Holder, Step, Taker, Use

EDITION = "workflow"
KEPT = ("code", "label", "who", "clock", "starts_on", "stops_on", "takes", "duty")

type Chains = Mapping[tuple[str, str], Mapping[date, tuple[Step, ...]]]


async def chains(session: AsyncSession) -> Chains:
    """By profile and chain, each version by its first day."""
    return await kept(session, EDITION, _load_chains, key="chains")


async def _load_chains(session: AsyncSession) -> Chains:
    found: dict[tuple[str, str], dict[date, tuple[Step, ...]]] = {}
    rows = await session.scalars(select(WorkflowStep).order_by(WorkflowStep.effective_from, WorkflowStep.seq))
    for row in rows:
        versions = found.setdefault((row.profile, row.chain), {})
        versions[row.effective_from] = (*versions.get(row.effective_from, ()), Step.of(row_of(row)))
    changed = select(FlowVersion).where(FlowVersion.state == APPROVED).order_by(FlowVersion.number)
    for version in await session.scalars(changed):
        profile, _, chain = version.code.partition("/")
        found.setdefault((profile, chain), {})[version.effective_from] = tuple(map(Step.of, version.steps))
    return MappingProxyType(found)


def row_of(step: WorkflowStep) -> dict[str, Any]:
    """A delivered step as chain.yml has it."""
    return {name: getattr(step, name) for name in KEPT}


async def steps_delivered(session: AsyncSession, profile: str, chain: str) -> dict[date, list[WorkflowStep]]:
    """What came with the product, by the first day of each version."""
    mine = WorkflowStep.profile == profile, WorkflowStep.chain == chain
    found: dict[date, list[WorkflowStep]] = {}
    for row in await session.scalars(select(WorkflowStep).where(*mine).order_by(WorkflowStep.seq)):
        found.setdefault(row.effective_from, []).append(row)
    return found


async def chain_on(session: AsyncSession, profile: str, chain: str, day: date) -> list[Step]:
    """The version in force when the case was received: a running case stays on its version. Before the first version,
    the first. What a profile does not say, the four steps say."""
    known = await chains(session)
    versions = known.get((profile, chain)) or known.get((FOUR_STEP, chain)) or {}
    if not versions:
        return []
    version = max((each for each in versions if each <= day), default=min(versions))
    return list(versions[version])


async def takers_on(
    session: AsyncSession, profile: str, chain: str, day: date, move: str, *, level: str | None, ordinary: bool
) -> list[Taker]:
    """Who may take a move that decides, first of all whom the case waits for. What a chain does not name is left
    to those of the first chain of the four steps; a signature that nobody asks for has no takers."""
    steps = await chain_on(session, profile, chain, day)
    if move != SIGN and not any(taker.move == move for step in steps for taker in step.takes):
        steps = await chain_on(session, FOUR_STEP, FIRST, day)
    return rules.takers(steps, move, level=level, ordinary=ordinary)


async def uses(session: AsyncSession) -> tuple[Use, ...]:
    return await kept(session, EDITION, _load_uses, key="uses")


async def _load_uses(session: AsyncSession) -> tuple[Use, ...]:
    rows = await session.scalars(select(ProfileUse).order_by(ProfileUse.effective_from))
    return tuple(Use(row.unit_id, row.profile, row.effective_from) for row in rows)


async def profile_of(session: AsyncSession, unit_id: UUID | None, day: date) -> str:
    """By which profile a case of this unit runs when it is received on that day."""
    if unit_id is None:
        return FOUR_STEP
    path = [unit.id for unit in (await tree(session)).above(unit_id)]
    return rules.in_use(await uses(session), path, day)


async def holders(session: AsyncSession) -> tuple[Holder, ...]:
    return await kept(session, EDITION, _load_holders, key="holders")


async def _load_holders(session: AsyncSession) -> tuple[Holder, ...]:
    rows = await session.scalars(select(UnitDuty).order_by(UnitDuty.duty, UnitDuty.effective_from))
    return tuple(Holder(row.duty, row.unit_id, row.effective_from) for row in rows)


async def holder_of(session: AsyncSession, duty: str, day: date) -> UUID | None:
    """Where the unit that had it was closed, whoever took over; None where nobody has it, or only a closed unit."""
    unit_id, seen = rules.held_by(await holders(session), duty, day), set[UUID]()
    while unit_id is not None and unit_id not in seen:
        seen.add(unit_id)
        unit = await session.get(Organisation, unit_id)
        if unit is None or unit.closed_on is None:
            return unit.id if unit is not None else None
        unit_id = unit.successor_id
    return None


async def deciding_unit(session: AsyncSession, profile: str, chain: str, day: date) -> UUID | None:
    """The unit that has the duty of the last step of the chain; None when that names none, or nobody has it."""
    steps = rules.nodes(await chain_on(session, profile, chain, day))
    duty = steps[-1].duty if steps else None
    return await holder_of(session, duty, day) if duty is not None else None
