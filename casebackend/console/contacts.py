from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import visible
from casebackend.console.labels import TONES
from casebackend.console.rendering import console, page
from casebackend.contacts.queries import history
from casebackend.database import reading

bp = console("contacts")


@bp.get("/cases/<reference:str>/history")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """A page of its own: it is read before a call, not by the way."""
    me = request.ctx.principal
    found = await history(session, await visible(session, me, reference), me, now=request.app.ctx.now())
    return page(request, "history.html", found=found, tones=TONES)
