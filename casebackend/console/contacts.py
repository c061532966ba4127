from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import visible
from casebackend.console.labels import TONES
from casebackend.console.rendering import console, page
from casebackend.contacts.queries import history, history_of_talk
from casebackend.contacts.routes import pages_of
from casebackend.database import reading

bp = console("contacts")


@bp.get("/cases/<reference:str>/history")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """A page of its own: it is read before a call, not by the way."""
    me = request.ctx.principal
    case = await visible(session, me, reference)
    found = await history(session, case, me, pages_of(request), now=request.app.ctx.now())
    return page(request, "history.html", found=found, tones=TONES, at=f"/cases/{case.number}", given=request.args)


@bp.get("/conversations/<conversation_id:uuid>/history")
@reading
async def of_conversation(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    found = await history_of_talk(session, conversation_id, me, pages_of(request), now=now)
    at = f"/conversations/{conversation_id}"
    return page(request, "history.html", found=found, tones=TONES, at=at, given=request.args)
