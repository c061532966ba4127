"""Pushes to an open page: only that something changed. The page fetches it by its cursor."""

import asyncio
import json
from typing import Any
from uuid import UUID

from sanic import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.scope import Scope, scope_of
from casebackend.cases.model import Case
from casebackend.console.rendering import console
from casebackend.console.talks import AT, visible
from casebackend.conversations.model import Conversation, Delivery
from casebackend.staff.sessions import find_session

bp = console("stream")
LOOK_EVERY = 1.0
LOOKS = 120
SIGN_OF_LIFE = 10
STILL_LOGGED_IN = 5


@bp.get(f"{AT}/events")
async def events(request: Request, conversation_id: UUID) -> None:
    """Ends after a while: the browser comes back, and the guard looks at it again."""
    context = request.app.ctx
    async with context.database.reading() as session:
        await visible(session, request.ctx.principal, conversation_id)
        scope = await scope_of(session, request.ctx.principal)
    response = await request.respond(content_type="text/event-stream")
    told = None
    for look in range(LOOKS):
        if context.leaving or (look % STILL_LOGGED_IN == STILL_LOGGED_IN - 1 and await _has_left(request)):
            break
        async with context.database.reading() as session:
            state = await _state(session, conversation_id, scope)
        if state != told:
            told = state
            await response.send(f"event: state\ndata: {json.dumps(state)}\n\n")
        elif look % SIGN_OF_LIFE == SIGN_OF_LIFE - 1:
            await response.send(": still here\n\n")
        await context.database.signals.wait("console", LOOK_EVERY)
        await asyncio.sleep(0.05)
    await response.eof()


async def _has_left(request: Request) -> bool:
    """Whose session was ended is told nothing more, within seconds."""
    secret, context = request.ctx.login_secret, request.app.ctx
    return bool(secret) and await find_session(context.database, secret, now=context.now()) is None


async def _state(session: AsyncSession, conversation_id: UUID, scope: Scope) -> dict[str, Any]:
    row = await session.get_one(Conversation, conversation_id)
    last = select(Delivery.state).where(Delivery.conversation_id == conversation_id).order_by(Delivery.seq.desc())
    versions = await session.execute(
        select(Case.number, Case.version).where(
            Case.conversation_id == conversation_id, scope.condition(Case.unit_id, Case.handling_unit_id)
        )
    )
    return {
        "seq": row.last_seq,
        "owner": f"{row.owner}:{row.owner_user_id or ''}",
        "delivery": await session.scalar(last.limit(1)),
        "cases": {number: version for number, version in versions},
    }
