"""Who is told that something waits for his decision: once for each time that it comes to him."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind as Kinds
from casebackend.cases import deciding, hearers
from casebackend.cases.filing import SYSTEM, written
from casebackend.cases.model import Case
from casebackend.cases.rules import Move, Status
from casebackend.cases.service import hold
from casebackend.cases.words import MOVE_LABELS
from casebackend.notices.service import Word, is_said, notify, tell_too
from casebackend.organisations.queries import tree
from casebackend.staff.model import User
from casebackend.staff.queries import with_role
from casebackend.staff.rules import Role
from casebackend.timeline.rules import Kind


async def on_awaits(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Where nobody is there to decide, the complaint managers hear that it stands still."""
    case = await hold(session, UUID(payload["case_id"]))
    move = await deciding.due(session, case)
    if move is None:
        return
    word = await _decision(session, case, move)
    to = await deciding.people(session, case, move) or await hearers.managers(session, case, now=now)
    unit_id = case.awaits_unit_id or case.handling_unit_id or case.unit_id
    await notify(session, word, to=to, unit_id=unit_id, now=now)


async def _decision(session: AsyncSession, case: Case, move: Move) -> Word:
    values = {"number": case.number, "what": MOVE_LABELS[move], "who": await deciding.who(session, case, move)}
    cause = deciding.cause(case, move)
    return Word(cause, "case.decision", "staff_decision", values, f"/cases/{case.number}#act", case_id=case.id)


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """What was given back is corrected by the colleague who registered it."""
    if payload.get("move") not in (Move.EDIT, Move.RETURN_TO_DRAFT):
        return
    case = await session.get_one(Case, UUID(payload["case_id"]))
    login = case.creator.removeprefix(f"{Kinds.STAFF}:")
    creator = await session.scalar(select(User).where(User.login == login, User.active))
    if Status(case.status) is not Status.DRAFT or login == case.creator:
        return
    cause = f"returned:{case.id}:{case.status_changed_at.isoformat()}"
    values = {"number": case.number, "what": MOVE_LABELS[Move(payload["move"])]}
    word = Word(cause, "case.returned", "staff_returned", values, f"/cases/{case.number}#act", case_id=case.id)
    await notify(session, word, to=[creator] if creator else [], unit_id=case.receiving_unit_id, now=now)


async def on_left(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """What waited for the decision of a head who is gone waits for whoever comes next."""
    user = await session.get_one(User, UUID(str(payload["user_id"])))
    await _again(session, user.organisation_id, now)


async def on_fewer(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """The same where he is there no more without having left: disabled, elsewhere, with other rights; or his unit."""
    await _again(session, UUID(str(payload["unit_id"])), now)


async def _again(session: AsyncSession, unit_id: UUID | None, now: datetime) -> None:
    waiting = select(Case.id).where(
        Case.status.in_((Status.PROPOSED, Status.CLOSURE_REVIEW)), Case.awaits_unit_id == unit_id
    )
    for case_id in (await session.scalars(waiting.order_by(Case.id))).all():
        await _again_for(session, await hold(session, case_id), now)


async def _again_for(session: AsyncSession, case: Case, now: datetime) -> None:
    """`case` is held."""
    before = case.awaits, case.awaits_unit_id
    with session.no_autoflush:
        await deciding.wait_for(session, case, now=now)
    if before != (case.awaits, case.awaits_unit_id):
        await session.flush()
        await written(session, case, Kind.AWAITS, SYSTEM, now=now, fields=["awaits", "awaits_unit_id"])


async def on_filled(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever came to a post hears of the proposals that wait for its holder. What had gone to the unit above because
    nobody was there comes back to him."""
    user = await session.get_one(User, UUID(payload["user_id"]), populate_existing=True)
    below = (await tree(session)).below(user.organisation_id) if user.organisation_id else frozenset()
    waiting = select(Case.id).where(
        Case.status.in_((Status.PROPOSED, Status.CLOSURE_REVIEW)),
        or_(
            Case.awaits_unit_id.is_(None), Case.awaits_unit_id == user.organisation_id, Case.handling_unit_id.in_(below)
        ),
    )
    for case_id in (await session.scalars(waiting.order_by(Case.id))).all() if user.active else ():
        case = await hold(session, case_id)
        turn, move = await deciding.awaited(session, case), await deciding.due(session, case)
        if move is None:
            continue
        nearer = turn is not None and turn.unit_id is not None and turn.unit_id == user.organisation_id
        if nearer and case.awaits_unit_id != user.organisation_id and turn is not None and turn.role in user.roles:
            await _again_for(session, case, now)
            if not await is_said(session, await _decision(session, case, move)):
                continue  # the change itself tells it
        if user.id in [each.id for each in await deciding.people(session, case, move)]:
            await tell_too(session, await _decision(session, case, move), user, now=now)


async def on_void_asked(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Voiding takes a second administrator."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    if case.void_requested_by is None:
        return
    to = [user for user in await with_role(session, Role.SYSTEM_ADMIN) if str(user.id) != payload["user_id"]]
    cause = f"void:{case.id}:{payload['version']}"
    word = Word(
        cause, Kind.VOID_REQUESTED, "staff_void_asked", {"number": case.number}, "/corrections", case_id=case.id
    )
    await notify(session, word, to=to, now=now)
