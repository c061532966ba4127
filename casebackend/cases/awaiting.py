"""Whose turn it is: the usual next move of a case, and who makes it."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import Awaiting
from casebackend.cases import admission, deciding
from casebackend.cases.model import Case
from casebackend.cases.progress import IN_HAND, usual
from casebackend.cases.rules import LIFECYCLE, Status
from casebackend.cases.words import MOVE_LABELS
from casebackend.matters.catalogue import catalogue
from casebackend.organisations.queries import tree
from casebackend.staff.rules import ROLE_NAMES, Role

WITH_HANDLER = IN_HAND | {Status.REPLY_PENDING}


async def awaiting(session: AsyncSession, case: Case, handler: str | None) -> Awaiting | None:
    """None where it is nobody's turn, or that of a program."""
    move = await deciding.due(session, case)
    if move is not None:
        who, why = await deciding.who(session, case, move), await deciding.why(session, case, move)
        return Awaiting(move=move, label=MOVE_LABELS[move], who=who, why=why)
    status = Status(case.status)
    move = usual(status, catalogue().matters[case.matter_type].closed_to)
    if move is None:
        return None
    people = [ROLE_NAMES[role] for role in Role if role in LIFECYCLE[status, move].by]
    if status in WITH_HANDLER and handler is not None:
        people = [handler]
    if not people:
        return None
    return Awaiting(move=move, label=MOVE_LABELS[move], who=await _place(session, case, status) + "或".join(people))


async def _place(session: AsyncSession, case: Case, status: Status) -> str:
    """Where that person sits, as far as the case says it."""
    if status is Status.PENDING_REVIEW and admission.by_head_office(case):
        return "总行"
    if status is Status.PENDING_REVIEW and (reviewers := await admission.own_reviewers(session, case)) is not None:
        return reviewers.short_name
    if status is Status.DISPATCHED and case.handling_unit_id is not None:
        unit = (await tree(session)).units.get(case.handling_unit_id)
        return unit.short_name if unit is not None else ""
    return ""
