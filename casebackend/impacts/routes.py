from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.curation import queries
from casebackend.database import reading
from casebackend.impacts import service

bp = Blueprint("impacts")


@bp.get("/curation/articles/<article_id:str>/<number:int>/affected")
@reading
async def affected(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    """Before it is decided: the open cases whose answers lean on what it replaces or takes away."""
    row = await queries.version(session, article_id, number)
    return json((await service.preview(session, row, request.ctx.principal)).model_dump(mode="json"))
