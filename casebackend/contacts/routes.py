from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import visible
from casebackend.contacts.queries import CONTACTS, Pages, history, history_of_talk
from casebackend.database import reading
from casebackend.paging import limit_of

bp = Blueprint("contacts")


def pages_of(request: Request) -> Pages:
    """`cursor` goes through the contacts, `cases` through the cases."""
    return Pages(request.args.get("cursor"), request.args.get("cases"), limit_of(request, CONTACTS))


@bp.get("/cases/<reference:str>/history")
@reading
async def of_case_contacts(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    found = await history(session, case, me, pages_of(request), now=request.app.ctx.now())
    return json(found.model_dump(mode="json"))


@bp.get("/conversations/<conversation_id:uuid>/history")
@reading
async def of_conversation(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    found = await history_of_talk(session, conversation_id, me, pages_of(request), now=now)
    return json(found.model_dump(mode="json"))
