"""Who is told of a step: whose turn it is now, or whose case it was. Once, and never whoever made it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import turns
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Move, Status
from casebackend.cases.service import hold
from casebackend.clocks.rules import day_text
from casebackend.notices.service import Word, notify
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry

S, M = Status, Move
KIND = "case.step"
BY_UNIT = "承办单位退回，理由见退回意见"

type Values = Callable[[AsyncSession, Case], Awaitable[dict[str, object]]]


async def _nothing(session: AsyncSession, case: Case) -> dict[str, object]:
    return {}


async def _why_back(session: AsyncSession, case: Case) -> dict[str, object]:
    """A colleague's words may name a customer and stay in the case; the system's own name nobody."""
    of_case = TimelineEntry.case_id == case.id, TimelineEntry.move == Move.SEND_BACK
    last = select(TimelineEntry).where(*of_case).order_by(TimelineEntry.seq.desc()).limit(1)
    entry = await session.scalar(last)
    own = entry is not None and entry.actor == SYSTEM.actor and entry.opinion
    return {"why": entry.opinion if own and entry is not None else BY_UNIT}


async def _expected(session: AsyncSession, case: Case) -> dict[str, object]:
    return {"day": day_text(case.expected_back_on) if case.expected_back_on else "日期未定"}


async def _rework(session: AsyncSession, case: Case) -> dict[str, object]:
    return {"count": case.rework_count}


async def _master(session: AsyncSession, case: Case) -> dict[str, object]:
    master = await session.get(Case, case.master_id) if case.master_id else None
    return {"master": master.number if master is not None else "—"}


@dataclass(frozen=True, slots=True)
class Step:
    """`to`: where the case is after it; is it elsewhere by now, nobody is told. `over`: nobody has to act any more."""

    to: Status
    template: str
    values: Values = _nothing
    over: bool = False


STEPS: dict[Move, Step] = {
    M.SUBMIT: Step(S.PENDING_REVIEW, "staff_to_review"),
    M.ACCEPT: Step(S.ACCEPTED, "staff_to_dispatch"),
    M.SEND_BACK: Step(S.ACCEPTED, "staff_sent_back", _why_back),
    M.UNMERGE: Step(S.PENDING_REVIEW, "staff_unmerged"),
    M.RETURN_FOR_REWORK: Step(S.INVESTIGATING, "staff_rework", _rework),
    M.APPROVE_REPLY: Step(S.REPLY_PENDING, "staff_to_reply"),
    M.SUSPEND: Step(S.SUSPENDED, "staff_suspended", _expected),
    M.RESUME: Step(S.INVESTIGATING, "staff_resumed"),
    M.DECLINE: Step(S.DECLINED, "staff_declined", over=True),
    M.MERGE: Step(S.MERGED, "staff_merged", _master, over=True),
    M.VOID: Step(S.VOIDED, "staff_voided", over=True),
}


async def on_filed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Filing is the first submission."""
    await on_moved(session, {"case_id": payload["case_id"], "move": Move.SUBMIT}, now)


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    step = STEPS.get(Move(payload["move"]))
    if step is None:
        return
    case = await hold(session, UUID(payload["case_id"]))
    if Status(case.status) is not step.to:
        return
    people = await (whose(session, case) if step.over else turns.at_turn(session, case, now=now))
    word = _word(case, payload["move"], step, {"number": case.number} | await step.values(session, case))
    heard = await _tell(session, word, people, payload.get("by"), turns.unit_in_charge(case), now)
    if Move(payload["move"]) is Move.MERGE and case.master_id is not None:
        await _tell_master(session, case, word, [payload.get("by"), *heard], now)


def _word(case: Case, move: str, step: Step, values: Mapping[str, object]) -> Word:
    cause = f"step:{case.id}:{move}:{case.status_changed_at.isoformat()}"
    link = f"/cases/{case.number}" + ("" if step.over else "#act")
    return Word(cause, KIND, step.template, values, link, case_id=case.id, own=step.over)


async def _tell(
    session: AsyncSession, word: Word, people: Sequence[User], by: str | None, unit_id: UUID | None, now: datetime
) -> list[str]:
    """Whoever made the step and would make the next one too needs no word, and nobody else in his place."""
    others = [user for user in people if str(user.id) != by]
    if others or not people:
        await notify(session, word, to=others, unit_id=unit_id, now=now)
    return [str(user.id) for user in others]


async def _tell_master(
    session: AsyncSession, case: Case, word: Word, heard: Sequence[str | None], now: datetime
) -> None:
    """Whoever has the case that goes on answers both."""
    master = await session.get_one(Case, case.master_id)
    values = {"number": case.number, "master": master.number}
    said = Word(
        f"{word.cause}:master", KIND, "staff_merged_in", values, f"/cases/{master.number}", case_id=master.id, own=True
    )
    to = [user for user in await turns.in_charge(session, master, now=now) if str(user.id) not in heard]
    await notify(session, said, to=to, unit_id=turns.unit_in_charge(master), now=now)


async def whose(session: AsyncSession, case: Case) -> list[User]:
    """Whose case it was: who handled it or was to, else the colleague who registered it."""
    for user_id in (case.handler_id, case.assignee_id):
        user = await turns.person(session, user_id) if user_id is not None else None
        if user is not None:
            return [user]
    creator = await turns.registrar(session, case)
    return [creator] if creator is not None else []
