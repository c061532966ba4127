"""Forms over the wire: drawn for this one answer, to be saved, and kept nowhere."""

from functools import partial
from urllib.parse import quote

from sanic import Blueprint, HTTPResponse, Request, json, raw
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import NoRight
from casebackend.access.matrix import Matrix
from casebackend.api.forms import PrintForm, PrintPage
from casebackend.attachments.wire import AWAY_FROM_US
from casebackend.cases.service import visible
from casebackend.database import reading
from casebackend.forms import drawing, queries, service
from casebackend.forms.rules import Form, Variant
from casebackend.paging import cut

bp = Blueprint("forms")


@bp.get("/cases/<reference:str>/forms")
@reading
async def of_case_forms(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """What was printed of a case, by whom and why."""
    case = await visible(session, request.ctx.principal, reference)
    shown, following = cut(request, await queries.of_case(session, case), lambda each: each.id)
    return json(PrintPage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/cases/<reference:str>/forms/registration")
async def registration(request: Request, reference: str) -> HTTPResponse:
    return await printed(request, reference, Form.REGISTRATION, PrintForm.model_validate_json(request.body))


@bp.post("/cases/<reference:str>/forms/closing")
async def closing(request: Request, reference: str) -> HTTPResponse:
    return await printed(request, reference, Form.CLOSING, PrintForm.model_validate_json(request.body))


def may_open(request: Request) -> bool:
    """On paper whoever may on the screen."""
    rights: Matrix = request.app.ctx.matrix
    return rights.allows(request.ctx.principal, "disclosures.reveal", method="POST", path=request.path)


async def printed(request: Request, reference: str, form: Form, command: PrintForm) -> HTTPResponse:
    """The line of the audit is committed before the first byte leaves."""
    app, me, now = request.app.ctx, request.ctx.principal, request.app.ctx.now()
    if command.variant is Variant.FULL and not may_open(request):
        raise NoRight
    bank, per_hour = app.settings.bank_name, app.settings.reveal_per_hour
    async with app.press.turn() as turn:
        async with app.database.reading() as session:
            filled = await service.fill(session, me, reference, form, command, now=now, per_hour=per_hour, bank=bank)
        paper = await turn.done(partial(drawing.draw, filled.content, filled.stamp, filled.seal))
    async with app.database.transaction() as session:
        await service.record(session, me, reference, form, command, filled, paper, now=now, per_hour=per_hour)
    number = filled.content.number
    name = service.name_of(number, form, command)
    headers = AWAY_FROM_US | {
        "Content-Disposition": f"attachment; filename=\"{number}-{form}.pdf\"; filename*=UTF-8''{quote(name, safe='')}",
        "Print-Serial": filled.stamp.serial,
    }
    return raw(paper.content, headers=headers, content_type="application/pdf")
