"""Who is asked to call a customer once more, and who hears of one who is not satisfied."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.cases.rules import Move, Status
from casebackend.cases.service import hold
from casebackend.cases.words import Satisfaction
from casebackend.customers.model import Customer
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.outbox.service import emit
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import State
from casebackend.staff.model import User
from casebackend.staff.rules import Role

TO_CALL, UNHAPPY = "revisit.call", "revisit.dissatisfied"


async def has_number(session: AsyncSession, case: Case) -> bool:
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    return customer is not None and customer.phone_masked is not None


async def again(
    session: AsyncSession,
    revisit: Revisit,
    *,
    now: datetime,
    by: UUID | None = None,
    round_: int = 1,
    at_once: bool = False,
) -> None:
    """When the next call is due, and as often again as nobody makes it. `at_once`: it has been waited for already."""
    days: int = (await in_force(session, now)).number("survey.spacing_days")
    waits = at_once or (revisit.misses and round_ == 1)
    payload: dict[str, object] = {
        "revisit_id": str(revisit.id), "misses": revisit.misses, "round": round_, "by": str(by) if by else None,
    }  # fmt: skip
    emit(session, TO_CALL, payload, now=now, due_at=revisit.due_at if waits else now + timedelta(days=days))


async def on_call(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    revisit = await session.get_one(Revisit, UUID(payload["revisit_id"]), populate_existing=True)
    if revisit.state != State.BY_PERSON or revisit.misses != payload["misses"]:
        return
    case = await hold(session, revisit.case_id)
    if Status(case.status) is not Status.FOLLOW_UP:
        return
    caller = await session.get(User, UUID(payload["by"])) if payload["by"] else None
    having = [caller] if caller is not None and caller.active else []
    to = await hearers.seeing(session, case, having, now=now)
    to = to or await hearers.of_role(session, case, Role.FOLLOW_UP, now=now)
    word = Word(
        f"revisit-call:{revisit.id}:{revisit.misses}:{payload['round']}", TO_CALL, "staff_call_customer",
        {"number": case.number, "attempt": revisit.misses + 1}, f"/cases/{case.number}#surveys", case_id=case.id,
    )  # fmt: skip
    await notify(session, word, to=to, unit_id=_unit(case), now=now)
    await again(session, revisit, now=now, by=caller.id if caller else None, round_=payload["round"] + 1)


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """However it was closed: no survey waits any longer, and who leads the unit hears of a customer not satisfied."""
    if payload.get("move") != Move.CLOSE:
        return
    case = await hold(session, UUID(payload["case_id"]))
    if Status(case.status) is not Status.CLOSED:
        return
    await _settle(session, case)
    if case.satisfaction != Satisfaction.UNSATISFIED:
        return
    word = Word(
        f"dissatisfied:{case.id}:{case.status_changed_at.isoformat()}", UNHAPPY, "staff_dissatisfied",
        {"number": case.number}, f"/cases/{case.number}#family", case_id=case.id,
    )  # fmt: skip
    await notify(
        session, word, to=await hearers.leading(session, case, _unit(case), now=now), unit_id=_unit(case), now=now
    )


async def _settle(session: AsyncSession, case: Case) -> None:
    """A colleague closed it by the move itself."""
    waiting = select(Revisit).where(Revisit.case_id == case.id, Revisit.state == State.BY_PERSON).with_for_update()
    for revisit in await session.scalars(waiting):
        none = State.UNREACHED if revisit.misses else State.NO_ANSWER
        revisit.state = none if case.satisfaction == Satisfaction.NO_ANSWER else State.DONE
        revisit.done_at = case.closed_at
    await session.flush()


def _unit(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id
