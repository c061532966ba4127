"""Who is told of an export: whoever may approve it, and whoever asked for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.scope import scope_below
from casebackend.exports import queries
from casebackend.exports.model import Export
from casebackend.exports.rules import ASKED, STATE_LABELS, State
from casebackend.notices.service import Word, notify, tell_too
from casebackend.staff.model import User
from casebackend.staff.queries import superiors, with_role
from casebackend.staff.rules import Role

MINE, WAITING = "/exports", "/exports?box=waiting"


async def on_asked(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """The nearest superior who may approve it; where there is none, who manages complaints and may."""
    export = await session.get_one(Export, UUID(payload["export_id"]))
    if export.state != State.WAITING:
        return
    to = await _approvers(session, export, now)
    await notify(session, await _word(session, export), to=to, unit_id=export.root_unit_id, now=now)


async def _approvers(session: AsyncSession, export: Export, now: datetime) -> list[User]:
    asker = await session.get_one(User, export.user_id)
    chain = [user for user in await superiors(session, asker) if await _may_approve(session, user, export, now)]
    managers = [
        user
        for user in await with_role(session, Role.COMPLAINT_MANAGER)
        if user.id != asker.id and await _may_approve(session, user, export, now)
    ]
    return chain[:1] or managers


async def _word(session: AsyncSession, export: Export) -> Word:
    asker = await session.get_one(User, export.user_id)
    values = {"number": export.number, "name": asker.display_name, "title": export.title, "rows": export.rows}
    return Word(f"{ASKED}{export.id}", "export.asked", "staff_export_asked", values, WAITING)


async def on_filled(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever came to a post hears of the exports that wait for him."""
    user = await session.get_one(User, UUID(payload["user_id"]), populate_existing=True)
    for export in (await session.scalars(select(Export).where(Export.state == State.WAITING))).all():
        if user in await _approvers(session, export, now):
            await tell_too(session, await _word(session, export), user, now=now)


async def _may_approve(session: AsyncSession, user: User, export: Export, now: datetime) -> bool:
    if not set(user.roles) & (await queries.limits(session, now)).approvers:
        return False
    scope = await scope_below(session, user.scope_unit_id or user.organisation_id)
    return scope.allows(export.root_unit_id)


async def on_changed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Rejected, made by the worker, or never made: whoever asked did not wait for it."""
    export = await session.get_one(Export, UUID(payload["export_id"]))
    state = State(export.state)
    if state not in (State.READY, State.REJECTED, State.FAILED):
        return
    asker = await session.get_one(User, export.user_id)
    values = {"number": export.number, "title": export.title, "state": STATE_LABELS[state]}
    word = Word(f"export-{state}:{export.id}", "export.changed", "staff_export_changed", values, MINE, own=True)
    await notify(session, word, to=[asker], now=now)
