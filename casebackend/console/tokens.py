"""服务令牌: other systems' ways in."""

from functools import partial
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.tokens import IssueToken
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.policies import service as policies
from casebackend.tokens import service
from casebackend.tokens.model import ServiceToken
from casebackend.tokens.rules import SCOPES, is_live

bp = console("tokens")
HERE = "/security/tokens"


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    now = request.app.ctx.now()
    found = await service.all_tokens(session)
    policy = await policies.in_force(session, now)
    return page(
        request,
        "tokens.html",
        tokens=found,
        live={each.id for each in found if is_live(expires_at=each.expires_at, revoked_at=each.revoked_at, now=now)},
        scopes=SCOPES,
        most=policy.token_days,
        may_edit=may(request, HERE, "POST"),
        can=partial(may, request),
    )


def _told(request: Request, token: ServiceToken, secret: str) -> HTTPResponse:
    return page(
        request,
        "told_once.html",
        what=f"服务令牌 {token.name}",
        secret=secret,
        note="只显示这一次。请放进对方系统的密钥库，不要写进代码、邮件或工单。",
        back=HERE,
    )


@bp.post(HERE)
@transactional
async def issue(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    scopes = [str(each) for each in request.form.getlist("scopes", [])] if request.form else []
    command = IssueToken.model_validate(
        {"name": form.get("name", "").strip(), "scopes": scopes, "days": form.get("days", "")}
    )
    by, now = request.ctx.principal.actor, request.app.ctx.now()
    made = await service.issue(session, command, scopes=request.app.ctx.matrix.scopes, by=by, now=now)
    return _told(request, *made)


async def _held(request: Request, session: AsyncSession, token_id: UUID) -> ServiceToken:
    found = await service.held(session, token_id)
    require_version(form_of(request).get("version"), found.version)
    return found


@bp.post(f"{HERE}/<token_id:uuid>/replacement")
@transactional
async def replace(request: Request, session: AsyncSession, token_id: UUID) -> HTTPResponse:
    found = await _held(request, session, token_id)
    made = await service.replace(session, found, by=request.ctx.principal.actor, now=request.app.ctx.now())
    return _told(request, *made)


@bp.post(f"{HERE}/<token_id:uuid>/revocation")
@transactional
async def revoke(request: Request, session: AsyncSession, token_id: UUID) -> HTTPResponse:
    found = await _held(request, session, token_id)
    await service.revoke(session, found, by=request.ctx.principal.actor, now=request.app.ctx.now())
    return go(request, HERE)
