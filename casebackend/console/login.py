from urllib.parse import urlsplit

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import cookie_name
from casebackend.access.principal import Kind, Principal
from casebackend.console.rendering import console, form_of, go, page
from casebackend.database import shielded, transactional
from casebackend.staff import service
from casebackend.staff.rules import ABSOLUTE, CASE_ROLES, Role

bp = console("login")


@bp.get("/login")
async def show(request: Request) -> HTTPResponse:
    if request.ctx.principal.kind is Kind.STAFF:
        return go(request, home_of(request.ctx.principal))
    return page(request, "login.html", login="", error=None, next=_local(request.args.get("next")))


@bp.post("/login")
async def enter(request: Request) -> HTTPResponse:
    form = form_of(request)
    login, password = form.get("login", "")[:64], form.get("password", "")[:256]
    try:
        secret, principal = await shielded(_log_in(request, login, password))
    except service.LoginRefused as refusal:
        local = _local(form.get("next"))
        return page(request, "login.html", status=401, login=login, error=refusal.detail, next=local)
    response = go(request, _local(form.get("next")) or home_of(principal))
    name, secure = cookie_name(request)
    response.add_cookie(
        name, secret, secure=secure, httponly=True, samesite="Lax", path="/", max_age=int(ABSOLUTE.total_seconds())
    )
    return response


@bp.post("/logout")
@transactional
async def leave(request: Request, session: AsyncSession) -> HTTPResponse:
    await service.end_session(session, request.ctx.login_secret, now=request.app.ctx.now())
    response = go(request, "/login")
    name, secure = cookie_name(request)
    response.add_cookie(name, "", secure=secure, httponly=True, samesite="Lax", path="/", max_age=0)
    return response


@bp.get("/")
async def home(request: Request) -> HTTPResponse:
    return go(request, home_of(request.ctx.principal))


def home_of(principal: Principal) -> str:
    if principal.roles & CASE_ROLES:
        return "/queue"
    return "/knowledge" if Role.CURATOR in principal.roles else "/board"


async def _log_in(request: Request, login: str, password: str) -> tuple[str, Principal]:
    context, now = request.app.ctx, request.app.ctx.now()
    key, address = context.settings.session_key.get_secret_value(), request.client_ip
    async with context.database.transaction() as session:
        attempt = await service.begin_attempt(session, key=key, login=login, address=address, now=now)
    right = not attempt.locked and await context.passwords.verify(attempt.password_hash, password)
    if not right:
        async with context.database.transaction() as session:
            await service.refuse(session, attempt, now=now)
        raise service.LoginRefused
    async with context.database.transaction() as session:
        secret, user = await service.open_session(
            session, attempt, replaces=request.cookies.get(cookie_name(request)[0]), address=address, now=now
        )
    return secret, Principal(Kind.STAFF, user.login, frozenset(user.roles))


def _local(where: str | None) -> str:
    """Only a path of our own: never another site."""
    if not where or not where.startswith("/") or where.startswith("//") or "\\" in where or urlsplit(where).netloc:
        return ""
    return where
