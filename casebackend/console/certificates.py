"""Which certificates an account is bound to, for the security administrator."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.certificates import BindCertificate, UnbindCertificate
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.credentials import certificates
from casebackend.credentials.routes import account, bound
from casebackend.database import reading, transactional

bp = console("certificates")
HERE = "/security/accounts/<user_id:uuid>/certificates"


def _at(user_id: UUID) -> str:
    return f"/security/accounts/{user_id}/certificates"


@bp.get(HERE)
@reading
async def listing(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user = await account(session, user_id)
    return page(
        request,
        "certificates.html",
        user=user,
        rows=await certificates.of_user(session, user.id),
        asked=request.app.ctx.settings.asks_certificates,
        may_change=may(request, _at(user_id), "POST"),
        at=_at(user_id),
    )


@bp.post(HERE)
@transactional
async def bind(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = BindCertificate(certificate=form_of(request).get("certificate", "").strip())
    await bound(request, session, user_id, command.certificate)
    return go(request, _at(user_id))


@bp.post(f"{HERE}/unbinding")
@transactional
async def unbind(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = UnbindCertificate(fingerprint=form_of(request).get("fingerprint", ""))
    user, by = await account(session, user_id), request.ctx.principal.actor
    await certificates.unbind(session, user, command.fingerprint, by=by, now=request.app.ctx.now())
    return go(request, _at(user_id))
