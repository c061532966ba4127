from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import visible
from casebackend.console.fragments import section
from casebackend.console.rendering import console
from casebackend.database import reading
from casebackend.drafts import confirming

bp = console("confirmation")


@bp.get("/cases/<reference:str>/confirmation")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    kept = await confirming.of_case(session, case.id)
    return section(request, "_confirmation.html", number=case.number, heading="客户确认", kept=kept)
