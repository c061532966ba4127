from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.disclosures import Reveal, Revealed
from casebackend.cases.service import visible
from casebackend.database import transactional
from casebackend.disclosures import service

bp = Blueprint("disclosures")


@bp.post("/cases/<reference:str>/disclosures")
@transactional
async def reveal(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """Without an Idempotency-Key: what is answered here may be kept nowhere, not even to be answered again."""
    command = Reveal.model_validate_json(request.body)
    shown = await revealed(request, session, reference, command)
    return json(shown.model_dump(mode="json"), headers={"Cache-Control": "no-store"})


async def revealed(request: Request, session: AsyncSession, reference: str, command: Reveal) -> Revealed:
    me, settings = request.ctx.principal, request.app.ctx.settings
    case = await visible(session, me, reference)
    limits = service.Limits(settings.reveal_per_hour, settings.reveal_seconds)
    return await service.reveal(session, case, command, by=me, now=request.app.ctx.now(), limits=limits)
