from sanic import HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import cookie_name, csrf_of
from casebackend.access.principal import Kind
from casebackend.console.doorway import LONGEST_LOGIN, LONGEST_PASSWORD, door_of, go_on, home_of, local
from casebackend.console.rendering import console, form_of, go, page
from casebackend.credentials import service as credentials
from casebackend.credentials.certificates import CertificateRequired
from casebackend.database import Database, reading, shielded, transactional
from casebackend.policies import service as policies
from casebackend.policies.rules import Policy
from casebackend.staff import service

bp = console("login")


@bp.get("/login")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    if request.ctx.principal.kind is Kind.STAFF:
        return go(request, home_of(request.ctx.principal.roles))
    policy = await policies.in_force(session, request.app.ctx.now())
    return page(request, "login.html", login="", error=None, next=local(request.args.get("next")), policy=policy)


@bp.post("/login")
async def enter(request: Request) -> HTTPResponse:
    form = form_of(request)
    login, password = form.get("login", "")[:LONGEST_LOGIN], form.get("password", "")[:LONGEST_PASSWORD]
    following = local(form.get("next"))
    replaces = request.cookies.get(cookie_name(request)[0])
    try:
        entered = await shielded(credentials.log_in(door_of(request), login, password, replaces=replaces))
    except (service.LoginRefused, CertificateRequired) as refusal:
        policy = await _policy(request)
        shown = {"login": login, "error": refusal.detail, "next": following, "policy": policy}
        return page(request, "login.html", status=401, **shown)
    return go_on(request, entered, following)


async def _policy(request: Request) -> Policy:
    database: Database = request.app.ctx.database
    async with database.reading() as session:
        return await policies.in_force(session, request.app.ctx.now())


@bp.get("/login/code")
async def code(request: Request) -> HTTPResponse:
    return page(request, "login_code.html", error=None, next=local(request.args.get("next")))


@bp.post("/login/code")
async def enter_code(request: Request) -> HTTPResponse:
    form, me = form_of(request), request.ctx.principal
    following = local(form.get("next"))
    typed = form.get("code", "")[:40]
    try:
        entered = await shielded(
            credentials.enter_code(door_of(request), me.name, typed, secret=request.ctx.login_secret)
        )
    except credentials.CodeRefused as refusal:
        return page(request, "login_code.html", status=401, error=refusal.detail, next=following)
    return go_on(request, entered, following)


@bp.post("/logout")
@transactional
async def leave(request: Request, session: AsyncSession) -> HTTPResponse:
    await service.end_session(session, request.ctx.login_secret, now=request.app.ctx.now())
    response = go(request, "/login")
    name, secure = cookie_name(request)
    response.add_cookie(name, "", secure=secure, httponly=True, samesite="Lax", path="/", max_age=0)
    return response


@bp.get("/console/session")
async def here(request: Request) -> HTTPResponse:
    """Somebody is at work: asked while he types. With the token of a new login an open page goes on."""
    return json({"user": str(request.ctx.principal.user_id), "csrf": csrf_of(request)})


@bp.get("/")
async def home(request: Request) -> HTTPResponse:
    return go(request, home_of(request.ctx.principal.roles))
