from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.tokens import IssuedToken, IssueToken, TokenPage, TokenView
from casebackend.database import reading, transactional
from casebackend.paging import cut
from casebackend.tokens import service
from casebackend.tokens.model import ServiceToken

bp = Blueprint("tokens", url_prefix="/tokens")


def _view(token: ServiceToken) -> TokenView:
    return TokenView.model_validate(token)


def _told(token: ServiceToken, secret: str) -> HTTPResponse:
    """Not kept by a key: what is told once must not lie in our own table of answers."""
    answer = IssuedToken(**_view(token).model_dump(), token=secret).model_dump(mode="json")
    return preconditions.placed(preconditions.tagged(json(answer, status=201), token.version), f"/tokens/{token.id}")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, await service.all_tokens(session), lambda row: row.id)
    answer = TokenPage(items=[_view(row) for row in shown], next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/")
@transactional
async def issue(request: Request, session: AsyncSession) -> HTTPResponse:
    command = IssueToken.model_validate_json(request.body)
    by, now = request.ctx.principal.actor, request.app.ctx.now()
    token, secret = await service.issue(session, command, scopes=request.app.ctx.matrix.scopes, by=by, now=now)
    return _told(token, secret)


@bp.get("/<token_id:uuid>")
@reading
async def token(request: Request, session: AsyncSession, token_id: UUID) -> HTTPResponse:
    found = await service.held(session, token_id, to_change=False)
    return preconditions.tagged(json(_view(found).model_dump(mode="json")), found.version)


@bp.post("/<token_id:uuid>/replacement")
@transactional
@preconditions.conditional
async def replace(request: Request, session: AsyncSession, token_id: UUID) -> HTTPResponse:
    """A create as well, but of the token that was read: If-Match keeps it from happening twice."""
    found = await service.held(session, token_id)
    preconditions.require(preconditions.wanted(request), found.version)
    by, now = request.ctx.principal.actor, request.app.ctx.now()
    return _told(*await service.replace(session, found, by=by, now=now))


@bp.delete("/<token_id:uuid>")
@transactional
@preconditions.conditional
async def revoke(request: Request, session: AsyncSession, token_id: UUID) -> HTTPResponse:
    found = await service.held(session, token_id)
    preconditions.require(preconditions.wanted(request), found.version)
    await service.revoke(session, found, by=request.ctx.principal.actor, now=request.app.ctx.now())
    return HTTPResponse(status=204)
