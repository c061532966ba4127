"""A second complaint: a dissatisfied answer, the first case behind it, and the unit that decides it for good."""

from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.calendar.rules import local_date
from casebackend.cases.filing import CUSTOMER, SYSTEM, file
from casebackend.cases.guards import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import INITIAL, Move
from casebackend.cases.service import move_case
from casebackend.conversations.model import Message
from casebackend.outbox import service as outbox
from casebackend.revisits.model import Revisit
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind
from casebackend.workflow.queries import deciding_unit

log = structlog.get_logger()


def may_open(case: Case) -> bool:
    return case.kind == "first" and not is_regulated(case)


async def exists(session: AsyncSession, case: Case) -> bool:
    return await session.scalar(select(Case.id).where(Case.parent_id == case.id)) is not None


async def open_for(session: AsyncSession, revisit: Revisit, first: Case, message: Message, now: datetime) -> Case:
    """Linked, once, to the unit that decides it, and to other hands than the first time."""
    second = Case(
        id=uuid4(),
        status=INITIAL,
        kind="second",
        parent_id=first.id,
        conversation_id=first.conversation_id,
        customer_id=first.customer_id,
        channel=first.channel,
        facts=first.facts + (f"\n【回访意见】{revisit.words}" if revisit.words else ""),
        demand=first.demand,
        unit_id=first.unit_id,
        amount=first.amount,
        occurred_on=first.occurred_on,
        business_channel_a=first.business_channel_a,
        category_b=first.category_b,
        cause_c=first.cause_c,
        severity=first.severity,
        creator=CUSTOMER.actor,
        received_at=message.received_at or message.at,
    )
    await file(session, second, now=now)
    revisit.second_case_id = second.id
    await move_case(session, second.id, MoveCase(move=Move.ACCEPT), principal=SYSTEM, now=now)
    await _dispatch(session, second, now)
    await timeline.append(
        session,
        first.id,
        Kind.SECOND_OPENED,
        actor=CUSTOMER.actor,
        actor_name=CUSTOMER.display_name,
        now=now,
        detail={"number": second.number},
    )
    outbox.emit(session, "case.second_opened", {"case_id": str(first.id), "second_case_id": str(second.id)}, now=now)
    return second


async def _dispatch(session: AsyncSession, second: Case, now: datetime) -> None:
    """Without a unit it stays accepted, among the cases that wait for a colleague to dispatch them."""
    unit_id = await deciding_unit(session, second.kind, local_date(second.received_at))
    if unit_id is None:
        log.error("revisit.no_unit_decides", case_id=str(second.id), reason="the chain names no unit of the bank")
        return
    command = MoveCase(move=Move.DISPATCH, handling_unit_id=unit_id)
    await move_case(session, second.id, command, principal=SYSTEM, now=now)
