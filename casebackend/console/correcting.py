"""更正 on the section of a case: who complained, where it came from, what it is about and since when."""

from datetime import datetime

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.corrections import CorrectRegistration
from casebackend.calendar.rules import SHANGHAI
from casebackend.console.registration import held
from casebackend.console.rendering import console, form_of, given_in, go
from casebackend.database import transactional
from casebackend.errors import BadRequest
from casebackend.registration import correcting

bp = console("correcting")


@bp.post("/cases/<reference:str>/registration/correction")
@transactional
async def correct(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    given = given_in(form, *CorrectRegistration.model_fields)
    if "received_at" in given:
        given["received_at"] = _moment(given["received_at"])
    if "no_amount" in form:
        given["amount"] = None
    if not given.keys() - {"reason"}:
        raise BadRequest("请填写要更正的内容")
    command = CorrectRegistration.model_validate(given)
    await correcting.correct(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadRequest("收到时间的格式不正确") from None
