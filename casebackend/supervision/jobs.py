"""Who is told of a demand, of one that nobody has looked at, and of an answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.clocks.rules import moment_text
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.supervision.model import Supervision
from casebackend.supervision.rules import State


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


async def _answering(session: AsyncSession, case: Case) -> list[User]:
    user = await session.get(User, case.handler_id) if case.handler_id else None
    leading = await staff.leaders_of(session, case.handling_unit_id or case.unit_id)
    return [*([user] if user else []), *leading]


async def on_opened(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    if item.state != State.OPEN:
        return
    due = moment_text(item.due_at)
    said = _word(item, case, "opened", "staff_supervised", f"supervised:{item.id}", due=due)
    to = await _answering(session, case)
    await notify(session, said, to=to, unit_id=case.handling_unit_id or case.unit_id, now=now)


async def on_returned(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    if item.state != State.OPEN:
        return
    cause = f"supervision.returned:{payload['reply_id']}"
    said = _word(item, case, "returned", "staff_supervision_returned", cause, due=moment_text(item.due_at))
    to = await _answering(session, case)
    await notify(session, said, to=to, unit_id=case.handling_unit_id or case.unit_id, now=now)


async def on_unread(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    sent_back_since = payload.get("due_at", item.due_at.isoformat()) != item.due_at.isoformat()
    if item.state != State.OPEN or item.read_at is not None or sent_back_since:
        return
    hours = (await in_force(session, now)).number("supervision.unread_hours")
    values = {"hours": hours, "due": moment_text(item.due_at)}
    about = payload.get("reply_id") or item.id
    said = _word(item, case, "unread", "staff_supervision_unread", f"supervision.unread:{about}", **values)
    answering = await _answering(session, case)
    above = [user for each in answering[:1] for user in (await staff.superiors(session, each, most=1))]
    await notify(session, said, to=[*answering, *above], unit_id=case.handling_unit_id or case.unit_id, now=now)


async def on_replied(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    item, case = await _item(session, payload)
    if item.state == State.CLOSED:
        return
    cause = f"supervision.replied:{payload['reply_id']}"
    opened_by = await session.get_one(User, item.opened_by)
    said = _word(item, case, "replied", "staff_supervision_replied", cause)
    await notify(session, said, to=[opened_by], now=now)
