from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.certificates import BindCertificate, CertificatePage, CertificateView, UnbindCertificate
from casebackend.credentials import certificates
from casebackend.credentials.certificates import CertificatesOff
from casebackend.credentials.model import ClientCertificate
from casebackend.database import reading, transactional
from casebackend.paging import cut
from casebackend.staff.login_routes import AccountUnknown
from casebackend.staff.model import User

bp = Blueprint("certificates", url_prefix="/users/<user_id:uuid>/certificates")


async def account(session: AsyncSession, user_id: UUID) -> User:
    found = await session.get(User, user_id)
    if found is None or not found.active:
        raise AccountUnknown
    return found


async def bound(request: Request, session: AsyncSession, user_id: UUID, pem: str) -> ClientCertificate:
    """Also from the page."""
    user, me = await account(session, user_id), request.ctx.principal
    if not request.app.ctx.settings.asks_certificates:
        raise CertificatesOff
    shown, himself = request.ctx.certificate, me.user_id == user.id
    return await certificates.bind(
        session, user, pem, shown=shown, by=me.actor, himself=himself, now=request.app.ctx.now()
    )  # fmt: skip


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    found = await certificates.of_user(session, (await account(session, user_id)).id)
    shown, following = cut(request, found, lambda row: row.fingerprint)
    answer = CertificatePage(items=[CertificateView.model_validate(each) for each in shown], next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/")
@transactional
async def bind(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    """The same again is refused as bound already: nothing happens twice."""
    command = BindCertificate.model_validate_json(request.body)
    made = await bound(request, session, user_id, command.certificate)
    return json(CertificateView.model_validate(made).model_dump(mode="json"), status=201)


@bp.post("/unbinding")
@transactional
async def unbind(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = UnbindCertificate.model_validate_json(request.body)
    user, by = await account(session, user_id), request.ctx.principal.actor
    await certificates.unbind(session, user, command.fingerprint, by=by, now=request.app.ctx.now())
    return HTTPResponse(status=204)
