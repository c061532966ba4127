from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.precedents import Precedent, Precedents
from casebackend.cases.service import visible
from casebackend.database import reading
from casebackend.errors import BadRequest
from casebackend.precedents import service

bp = Blueprint("precedents")
LONGEST = 2_000


@bp.get("/cases/<reference:str>/precedents")
@reading
async def of_case_precedents(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    return _answer(await of_case(request, session, reference))


@bp.get("/precedents")
@reading
async def search(request: Request, session: AsyncSession) -> HTTPResponse:
    """`q`: what happened, in words."""
    return _answer(await by_text(request, session))


async def of_case(request: Request, session: AsyncSession, reference: str) -> list[Precedent]:
    me, context = request.ctx.principal, request.app.ctx
    case = await visible(session, me, reference)
    return await service.for_case(session, context.precedents, case, reader=me, now=context.now())


async def by_text(request: Request, session: AsyncSession) -> list[Precedent]:
    text, context = str(request.args.get("q", "")).strip(), request.app.ctx
    if not text:
        raise BadRequest("请输入要查找的情形")
    return await service.for_text(
        session, context.precedents, text[:LONGEST], reader=request.ctx.principal, now=context.now()
    )


def _answer(found: list[Precedent]) -> HTTPResponse:
    return json(Precedents(precedents=found).model_dump(mode="json"))
