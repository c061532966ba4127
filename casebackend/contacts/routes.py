from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import visible
from casebackend.contacts.queries import history
from casebackend.database import reading

bp = Blueprint("contacts")


@bp.get("/cases/<reference:str>/history")
@reading
async def of_case_contacts(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    found = await history(session, await visible(session, me, reference), me, now=request.app.ctx.now())
    return json(found.model_dump(mode="json"))
