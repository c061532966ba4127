"""Who is told of a demand, of one that nobody has looked at, and of an answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.clocks.rules import moment_text
from casebackend.demands.model import Supervision
from casebackend.demands.rules import State
from casebackend.notices.service import Word, notify, tell_too
from casebackend.notices.thresholds import in_force
from casebackend.staff import queries as staff
from casebackend.staff.model import User


async def _item(session: AsyncSession, payload: Mapping[str, Any]) -> tuple[Supervision, Case]:
    item = await session.get_one(Supervision, UUID(payload["supervision_id"]), populate_existing=True)
    return item, await hold(session, item.case_id)


def _word(item: Supervision, case: Case, what: str, template: str, cause: str, **values: object) -> Word:
    return Word(
        cause=cause,
        kind=f"supervision.{what}",
        template=template,
        values={"number": case.number} | values,
        link=f"/cases/{case.number}#supervision",
        case_id=case.id,
    )


def _unit(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id


async def _answering(session: AsyncSession, case: Case, now: datetime) -> list[User]:
    """Whoever has the case and who leads there, of those who see it now."""
    user = await session.get(User, case.handler_id) if case.handler_id else None
    having = [user] if user is not None and user.active else []
    leading = await hearers.leading(session, case, _unit(case), now=now)
    return [*await hearers.seeing(session, case, having, now=now), *leading]


async def on_opened(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    if item.state != State.OPEN:
        return
    to = await _answering(session, case, now)
    await notify(session, _demand(item, case), to=to, unit_id=_unit(case), now=now)


def _demand(item: Supervision, case: Case) -> Word:
    due = moment_text(item.due_at)
    return _word(item, case, "opened", "staff_supervised", f"supervised:{item.id}", due=due)


async def on_handed_over(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever is to end it now, and why it is he."""
    item, case = await _item(session, payload)
    if item.state == State.CLOSED or str(item.opened_by) != payload["user_id"]:
        return
    cause = f"supervision.handed_over:{item.id}:{payload['version']}"
    said = _word(item, case, "handed_over", "staff_supervision_handed_over", cause, why=payload["why"])
    to = await hearers.seeing(session, case, [await session.get_one(User, item.opened_by)], now=now)
    await notify(session, said, to=to, unit_id=_unit(case), now=now)


async def on_filled(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever came to a post hears of the demands that wait for an answer from there, and of answers that wait for
    somebody in the place of a supervisor who is there no more."""
    user = await session.get_one(User, UUID(payload["user_id"]), populate_existing=True)
    open_ones = select(Supervision, Case, User.active).join(Case, Case.id == Supervision.case_id)
    open_ones = open_ones.join(User, User.id == Supervision.opened_by).where(Supervision.state != State.CLOSED)
    for item, case, supervised in (await session.execute(open_ones.order_by(Supervision.opened_at))).all():
        if item.state == State.OPEN and user in await _answering(session, case, now):
            await tell_too(session, _demand(item, case), user, now=now)
        elif item.state == State.REPLIED and not supervised and user in await hearers.managers(session, case, now=now):
            cause = f"supervision.replied:{item.id}:{item.version}"
            said = _word(item, case, "replied", "staff_supervision_replied", cause)
            await tell_too(session, said, user, now=now)


async def on_returned(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    if item.state != State.OPEN:
        return
    cause = f"supervision.returned:{payload['reply_id']}"
    said = _word(item, case, "returned", "staff_supervision_returned", cause, due=moment_text(item.due_at))
    to = await _answering(session, case, now)
    await notify(session, said, to=to, unit_id=_unit(case), now=now)


async def on_unread(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    sent_back_since = payload.get("due_at", item.due_at.isoformat()) != item.due_at.isoformat()
    if item.state != State.OPEN or item.read_at is not None or sent_back_since:
        return
    hours = (await in_force(session, now)).number("supervision.unread_hours")
    values = {"hours": hours, "due": moment_text(item.due_at)}
    about = payload.get("reply_id") or item.id
    said = _word(item, case, "unread", "staff_supervision_unread", f"supervision.unread:{about}", **values)
    answering = await _answering(session, case, now)
    chain = await staff.superiors(session, answering[0]) if answering else []
    above = (await hearers.seeing(session, case, chain, now=now))[:1]
    await notify(session, said, to=[*answering, *above], unit_id=_unit(case), now=now)


async def on_replied(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    if item.state == State.CLOSED:
        return
    cause = f"supervision.replied:{payload['reply_id']}"
    opened_by = await session.get_one(User, item.opened_by)
    to = await hearers.seeing(session, case, [opened_by] if opened_by.active else [], now=now)
    said = _word(item, case, "replied", "staff_supervision_replied", cause)
    await notify(session, said, to=to, unit_id=_unit(case), now=now)
