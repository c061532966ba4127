"""Forms of a case on its page: printed with a purpose, and what was printed before."""

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.forms import PrintForm
from casebackend.cases.rules import Status
from casebackend.cases.service import visible
from casebackend.console.fragments import section
from casebackend.console.rendering import console, form_of, given_in
from casebackend.database import reading
from casebackend.forms import queries
from casebackend.forms.routes import may_open, printed
from casebackend.forms.rules import FORMS, PURPOSES, VARIANTS, Form, Variant, is_over

bp = console("forms")
FIELDS = ("variant", "purpose", "reason")


@bp.get("/cases/<reference:str>/forms")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    over = is_over(Status(case.status))
    return section(
        request,
        "_forms.html",
        number=case.number,
        heading="打印表单",
        forms={form: label for form, label in FORMS.items() if over or form is not Form.CLOSING},
        over=over,
        labels_of_forms=FORMS,
        variants={each: label for each, label in VARIANTS.items() if each is Variant.MASKED or may_open(request)},
        all_variants=VARIANTS,
        purposes=PURPOSES,
        prints=await queries.of_case(session, case),
    )


@bp.post("/cases/<reference:str>/forms/registration")
async def registration(request: Request, reference: str) -> HTTPResponse:
    return await printed(request, reference, Form.REGISTRATION, _command(request))


@bp.post("/cases/<reference:str>/forms/closing")
async def closing(request: Request, reference: str) -> HTTPResponse:
    return await printed(request, reference, Form.CLOSING, _command(request))


def _command(request: Request) -> PrintForm:
    return PrintForm.model_validate(given_in(form_of(request), *FIELDS))
