"""Flows as the bank changes them: one proposes a whole chain anew, which is checked for ways that lead nowhere, another
of head office approves it, and it holds for the cases received from its day on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.flows import DecideFlow, FlowStep, ProposeFlow
from casebackend.approvals import service as approvals
from casebackend.approvals.service import Book
from casebackend.calendar.rules import local_date
from casebackend.clocks import limits
from casebackend.clocks.model import Limit
from casebackend.clocks.queries import all_limits
from casebackend.flows import rules
from casebackend.flows.errors import FlowDecided, FlowUnknown, FlowWrong, HeadOfficeDecidesFlows, OwnFlow
from casebackend.flows.rules import Known
from casebackend.matters.catalogue import catalogue
from casebackend.workflow import queries
from casebackend.workflow.model import FlowVersion
from casebackend.workflow.rules import FOUR_STEP, REVIEWED, Step, clock_of
from casebackend.workflow.service import duty_names, profile_names

CHAINS = {rules.FIRST: "首次投诉", rules.SECOND: "二次投诉"}
BY_BANK = "D"
ONE_DAY = timedelta(days=1)
LENGTH = "working_days"


def label_of(code: str) -> str:
    profile, _, chain = code.partition("/")
    matter = catalogue().matters.get(chain)
    return f"{profile_names().get(profile, profile)} · {CHAINS.get(chain) or (matter.label if matter else chain)}"


async def codes(session: AsyncSession) -> list[str]:
    """Every chain of every profile; what a profile does not say for itself the four steps say. Who reviews a decision
    (核查) is no matter of a bank's flow."""
    known = [chain for profile, chain in await queries.chains(session) if profile == FOUR_STEP and chain != REVIEWED]
    return [f"{profile}/{chain}" for profile in profile_names() for chain in known]


async def versions_of(session: AsyncSession, code: str) -> dict[date, tuple[Step, ...]]:
    profile, _, chain = code.partition("/")
    known = await queries.chains(session)
    return dict(known.get((profile, chain)) or known[FOUR_STEP, chain])


async def all_rows(session: AsyncSession) -> Sequence[FlowVersion]:
    """What the bank proposed, the latest first."""
    order = FlowVersion.code, FlowVersion.effective_from.desc(), FlowVersion.proposed_at.desc(), FlowVersion.id
    return (await session.scalars(select(FlowVersion).order_by(*order))).all()


def kept_step(step: FlowStep) -> dict[str, Any]:
    row = step.model_dump(mode="json", exclude_none=True)
    return row | {"clock": clock_of(row), "starts_on": sorted(row["starts_on"]), "stops_on": sorted(row["stops_on"])}


async def propose(session: AsyncSession, command: ProposeFlow, *, by: Principal, now: datetime) -> FlowVersion:
    if command.code not in await codes(session):
        raise FlowUnknown
    held = await approvals.held_of(session, BOOK, command.code, read=command.based_on)
    present = await versions_of(session, command.code)
    last = max(present)
    if command.effective_from <= max(local_date(now), last):
        raise FlowWrong(f"生效日须晚于今天和现有的最后一版（{last.isoformat()}）：正在办理的投诉沿用原来的流程")
    rows = [kept_step(step) for step in command.steps]
    await _require(session, command.code, rows, present[last])
    if [Step.of(row) for row in rows] == list(present[last]):
        raise FlowWrong("这一版与现行流程相同")
    made = FlowVersion(
        code=command.code,
        steps=rows,
        effective_from=command.effective_from,
        source=command.source,
        evidence=BY_BANK,
    )
    before = held[-1] if held else FlowVersion(number=0)
    await approvals.propose(session, BOOK, made, before, by=by, now=now)
    return made


async def _require(session: AsyncSession, code: str, rows: Sequence[dict[str, Any]], present: Sequence[Step]) -> None:
    chain = code.partition("/")[2]
    matter = catalogue().matters.get(chain)
    known = Known(
        clocks=frozenset(row.code for row in await all_limits(session)),
        duties=frozenset(duty_names()),
        closed_to=matter.closed_to if matter is not None else frozenset(),
        kept=present,
        lengths=frozenset(row["clock"] for row in rows if LENGTH in row),
    )
    wrong = rules.problems(chain, [Step.of(row) for row in rows], known)
    if wrong:
        raise FlowWrong(*wrong)


async def decide(
    session: AsyncSession, flow_id: UUID, command: DecideFlow, *, by: Principal, now: datetime
) -> FlowVersion:
    """A version whose day has come while it waited holds from tomorrow: what was received today stays on its own."""
    row = await approvals.waiting(session, BOOK, flow_id, by=by)
    if not (await scope_of(session, by)).everything:
        raise HeadOfficeDecidesFlows
    row.decided_on = local_date(now)
    row.effective_from = max(row.effective_from, local_date(now) + ONE_DAY)
    if command.approve:
        await _require(session, row.code, row.steps, await _present(session, row.code))
    await approvals.decide(session, BOOK, row, approve=command.approve, by=by, now=now)
    if command.approve:
        await _give_time(session, row)
    return row


async def _present(session: AsyncSession, code: str) -> Sequence[Step]:
    versions = await versions_of(session, code)
    return versions[max(versions)]


async def _give_time(session: AsyncSession, row: FlowVersion) -> None:
    """A step that has no limit yet brings its own, from the day of the version on."""
    for step in row.steps:
        if LENGTH in step:
            same = {"severity": "", "label": step["label"], "unit": "working_days", "evidence": row.evidence}
            amount = Decimal(step[LENGTH])
            limit = Limit(code=step["clock"], amount=amount, effective_from=row.effective_from, **same)
            limit.source = row.source
            await limits.add_limit(session, limit)


def _kept_of(row: FlowVersion) -> dict[str, object]:
    return {"steps": row.steps, "effective_from": row.effective_from.isoformat()}


def _said(row: FlowVersion) -> dict[str, object]:
    """The steps by their names; of what else changed only that it did."""
    return {"环节": [f"{step['label']}（{step['who']}）" for step in row.steps], "动作和岗位": (repr(row.steps),)}


BOOK = Book(FlowVersion, queries.EDITION, "flow_version", _kept_of, _said, FlowUnknown, FlowDecided, OwnFlow)
