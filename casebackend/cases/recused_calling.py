"""Who leads the unit hears that somebody has to stay away from a case, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import deciding, hearers, turns
from casebackend.cases.model import Case
from casebackend.cases.recusing import Went
from casebackend.cases.rules import Status
from casebackend.cases.service import hold
from casebackend.notices.service import Word, notify
from casebackend.recusals.rules import LABELS, Why
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind

THEN: dict[Went, str] = {
    Went.SENT_BACK: "该投诉已退回待转办，请安排他人办理",
    Went.POOLED: "该投诉已退回本单位待安排承办人，请改派他人办理",
    Went.ANSWERED: "该投诉已答复，后续联系客户请由他人办理",
    Went.NOT_HIS: "请勿安排其办理该投诉",
}
LOOK_AGAIN = "；其已提交的处理意见请重新核实，必要时退回重办"


async def on_recused(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Those who dispatch it anew hear of the step itself (`stepping`). A proposal of his is looked at by those who
    decide on it, too."""
    case = await hold(session, UUID(payload["case_id"]))
    user = await session.get_one(User, UUID(payload["user_id"]))
    went = Went(payload["went"])
    to = await hearers.leading(session, case, turns.unit_in_charge(case), now=now)
    if went is Went.SENT_BACK and Status(case.status) is Status.ACCEPTED:
        dispatching = {each.id for each in await turns.at_turn(session, case, now=now)}
        if to and dispatching.issuperset(each.id for each in to):
            return
        to = [each for each in to if each.id not in dispatching]
    move = await deciding.due(session, case) if went is Went.POOLED else None
    if move is not None:
        to = [*to, *await deciding.people(session, case, move)]
    word = _word(case, user, went, payload, THEN[went] + (LOOK_AGAIN if move is not None else ""))
    await notify(session, word, to=to, unit_id=turns.unit_in_charge(case), now=now)


def _word(case: Case, user: User, went: Went, payload: Mapping[str, Any], then: str) -> Word:
    """Of what is answered once only, however often it is looked at."""
    when = "" if went is Went.ANSWERED else payload["at"]
    values = {"number": case.number, "name": user.display_name, "why": LABELS[Why(payload["why"])], "then": then}
    cause = f"recused:{case.id}:{user.id}:{when}"
    return Word(
        cause, Kind.RECUSAL_DECLARED, "staff_recused", values, f"/cases/{case.number}#recusals", case_id=case.id
    )
