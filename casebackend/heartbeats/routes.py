from sanic import Blueprint, HTTPResponse, Request, empty
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Heartbeat
from casebackend.database import transactional
from casebackend.heartbeats import service

bp = Blueprint("heartbeats", url_prefix="/heartbeats")


@bp.post("/", name="beat")
@transactional
async def beat(request: Request, session: AsyncSession) -> HTTPResponse:
    command = Heartbeat.model_validate_json(request.body)
    service.for_itself(request.ctx.principal, command.program)
    await service.beat(
        session,
        program=command.program,
        instance=command.instance,
        ready=command.ready,
        why=command.why,
        now=request.app.ctx.now(),
    )
    return empty()
