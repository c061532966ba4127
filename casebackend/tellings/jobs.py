"""What follows from a move, and from a demand that nobody has met."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import clockwork
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, OPEN, Move, Status
from casebackend.cases.service import hold
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import running
from casebackend.clocks.rules import PETITION_TELL
from casebackend.matters.rules import MatterType
from casebackend.notifications.words import words
from casebackend.organisations.model import Organisation
from casebackend.owings.model import Owed
from casebackend.owings.queries import is_open
from casebackend.owings.rules import What
from casebackend.tellings import service

ACCEPTED = IN_PROCESS - {Status.PENDING_REVIEW}


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case, move = await hold(session, UUID(payload["case_id"])), payload.get("move")
    await _end_what_is_over(session, case, now)
    timer = await _petition(session, case) if Status(case.status) in ACCEPTED else None
    if timer is not None:
        await service.owe(session, case, What.PETITION, await _accepted(session, case), since=timer.started_at, now=now)
    if move == Move.MERGE and Status(case.status) is Status.MERGED and case.master_id is not None:
        master = await session.get_one(Case, case.master_id)
        text = merged(case, master, await clockwork.promised_on(session, master))
        await service.owe(session, case, What.MERGED, text, since=case.status_changed_at, now=now)
    elif move == Move.UNMERGE and Status(case.status) in OPEN:
        text = _alone(case)
        await service.owe(session, case, What.UNMERGED, text, since=case.status_changed_at, now=now)


async def on_owed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Until the telling is on record, or nobody needs it any more."""
    owed = await session.get_one(Owed, UUID(payload["owed_id"]), populate_existing=True)
    case = await hold(session, owed.case_id)
    await _end_what_is_over(session, case, now)
    if service.is_open(owed) and owed.version == payload["version"]:
        await service.ask_staff(session, case, owed, payload["round"], now=now)


async def _petition(session: AsyncSession, case: Case) -> Timer | None:
    """The clock of the duty to tell a petitioner, while he has not been told."""
    if case.matter_type != MatterType.PETITION:
        return None
    return next((each for each in await running(session, case.id) if each.kind == PETITION_TELL), None)


async def _end_what_is_over(session: AsyncSession, case: Case, now: datetime) -> None:
    """A complaint that was taken out of a merge again, a petition that ended or was answered in writing."""
    found = select(Owed).where(Owed.case_id == case.id, is_open()).with_for_update()
    owings = (await session.scalars(found)).all()
    if not owings:
        return
    status, petition = Status(case.status), await _petition(session, case)
    needed = {
        What.PETITION: petition is not None,
        What.MERGED: status is Status.MERGED,
        What.UNMERGED: status in OPEN,
        What.REVIEW: True,
    }
    for owed in owings:
        if not needed[What(owed.what)]:
            await service.end(session, owed, now=now)


def merged(case: Case, master: Case, promised: date | None) -> str:
    """The number of another customer's complaint is nobody else's concern."""
    same = case.customer_id is not None and case.customer_id == master.customer_id
    if not same and case.conversation_id != master.conversation_id:
        return words("case_merged_apart", number=case.number)
    day = _day(promised or master.promised_on)
    if day is None:
        return words("case_merged_undated", number=case.number, master=master.number)
    return words("case_merged", number=case.number, master=master.number, day=day)


def _alone(case: Case) -> str:
    day = _day(case.promised_on)
    if day is None:
        return words("case_unmerged_undated", number=case.number)
    return words("case_unmerged", number=case.number, day=day)


async def _accepted(session: AsyncSession, case: Case) -> str:
    unit_id = case.handling_unit_id or case.unit_id
    unit = await session.get(Organisation, unit_id) if unit_id else None
    day = _day(await clockwork.promised_on(session, case) or case.promised_on)
    return words(
        "case_petition_accepted", number=case.number, unit=unit.name if unit else words("case_unit_unknown"), day=day
    )


def _day(day: date | None) -> str | None:
    return f"{day.year}年{day.month}月{day.day}日" if day else None
