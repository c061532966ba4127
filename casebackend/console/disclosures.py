from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.disclosures import Reveal
from casebackend.cases.service import visible
from casebackend.console.fragments import section
from casebackend.console.rendering import console, form_of, given_in
from casebackend.database import reading, transactional
from casebackend.disclosures.routes import revealed
from casebackend.disclosures.rules import LABELS

bp = console("disclosures")
HEADING = "完整客户资料"


@bp.get("/cases/<reference:str>/reveal")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """The form alone: it also takes the place of what was shown, when its time is up."""
    case = await visible(session, request.ctx.principal, reference)
    return section(request, "_reveal.html", number=case.number, heading=HEADING, reasons=LABELS)


@bp.post("/cases/<reference:str>/reveal")
@transactional
async def reveal(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """In this one answer; the page knows nothing of it when it is opened again."""
    command = Reveal.model_validate(given_in(form_of(request), "why", "reason"))
    shown = await revealed(request, session, reference, command)
    seconds = request.app.ctx.settings.reveal_seconds
    return section(request, "_revealed.html", number=shown.number, heading=HEADING, shown=shown, seconds=seconds)
