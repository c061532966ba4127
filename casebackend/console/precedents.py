from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.console.fragments import section
from casebackend.console.rendering import console, page
from casebackend.database import reading
from casebackend.precedents import routes

bp = console("precedents")


@bp.get("/cases/<reference:str>/precedents")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    found = await routes.of_case(request, session, reference)
    return section(request, "_precedents.html", number=reference, heading="相似案例", precedents=found)


@bp.get("/precedents")
@reading
async def search(request: Request, session: AsyncSession) -> HTTPResponse:
    asked = str(request.args.get("q", "")).strip()
    found = await routes.by_text(request, session) if asked else None
    return page(request, "precedents.html", q=asked, precedents=found)
