"""Whether what we told a customer beside the decision reached him: a new day, a pause or its end.

Where it did not, nobody was told: whoever has the case is asked to tell it otherwise, until he has or it arrives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import filing
from casebackend.cases.arriving import PROOF
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.service import hold
from casebackend.cases.words import ToldBy
from casebackend.conversations.deliveries import LATE_AFTER
from casebackend.conversations.model import Delivery, Message
from casebackend.conversations.rules import DeliveryState
from casebackend.extensions import telling, untold
from casebackend.extensions.model import Extension, Material
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

TOLD_MOVES = (Move.SUSPEND, Move.RESUME)


async def on_lost(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """It may have arrived since, late all the same."""
    delivery, said, cases = await _concerned(session, payload)
    if delivery.state == DeliveryState.SENT:
        return
    for changed in await _new_days(session, said, cases):
        if changed.notified_at is not None:
            case = await hold(session, changed.case_id)
            changed.notified_at = None
            await session.flush()
            detail: dict[str, object] = {f"{telling.name_of(changed)}_id": str(changed.id), "state": delivery.state}
            await filing.noted(session, case, Kind.NOTICE_LOST, SYSTEM, now=now, detail=detail)
            if Status(case.status) in OPEN:
                await telling.ask_staff(session, case, changed, 1, now=now)
    for message_id, case_id, move in await _pauses(session, said, cases):
        await untold.lost(session, await hold(session, case_id), message_id, move, now=now)


async def on_arrived(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """It counts from when it arrived, not from when it was said."""
    delivery, said, cases = await _concerned(session, payload)
    at = delivery.done_at
    if delivery.state != DeliveryState.SENT or at is None:
        return
    for changed in await _new_days(session, said, cases):
        if changed.notified_at is None or at - changed.notified_at >= LATE_AFTER:
            case = await hold(session, changed.case_id)
            changed.notified_at = at
            await session.flush()
            detail: dict[str, object] = {f"{telling.name_of(changed)}_id": str(changed.id), "told_by": ToldBy.CHANNEL}
            await filing.noted(session, case, Kind.EXTENSION_TOLD, SYSTEM, now=now, detail=detail)
    for message_id, case_id in await untold.lost_before(session, said, cases):
        case = await hold(session, case_id)
        await filing.noted(session, case, Kind.NOTICE_ARRIVED, SYSTEM, now=now, detail={"message_id": message_id})


async def _concerned(
    session: AsyncSession, payload: Mapping[str, Any]
) -> tuple[Delivery, Sequence[str], Sequence[UUID]]:
    """The delivery, the messages that it carries, and the cases of their conversation."""
    delivery = await session.get_one(Delivery, UUID(payload["delivery_id"]), populate_existing=True)
    said = await session.scalars(select(Message.id).where(Message.delivery_id == delivery.id))
    cases = await session.scalars(select(Case.id).where(Case.conversation_id == delivery.conversation_id))
    return delivery, [str(each) for each in said], cases.all()


async def _new_days(
    session: AsyncSession, said: Sequence[str], cases: Sequence[UUID]
) -> Sequence[Extension | Material]:
    found: list[Extension | Material] = []
    for model in (Extension, Material):
        mine = (model.case_id.in_(cases), model.told_by == ToldBy.CHANNEL)
        proven = model.told_proof.in_([PROOF + each for each in said])
        rows: Any = await session.scalars(select(model).where(*mine, proven).with_for_update())
        found += rows.all()
    return found


async def _pauses(session: AsyncSession, said: Sequence[str], cases: Sequence[UUID]) -> list[tuple[str, UUID, str]]:
    moved = select(TimelineEntry.case_id, TimelineEntry.move, TimelineEntry.detail).where(
        TimelineEntry.case_id.in_(cases), TimelineEntry.move.in_(TOLD_MOVES)
    )
    rows = [(str(detail.get("message_id")), case_id, move) for case_id, move, detail in await session.execute(moved)]
    return [row for row in rows if row[0] in said]
