from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import reading
from casebackend.digests.standing import standing

bp = Blueprint("digests")


@bp.get("/board")
@reading
async def board(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await standing(session, request.ctx.principal, now=request.app.ctx.now())
    return json(found.model_dump(mode="json"))
