"""What every step of a login shares: where one is, the cookie, and where it goes on."""

from urllib.parse import quote, urlsplit

from sanic import HTTPResponse, Request

from casebackend.access.guard import STEPS, cookie_name
from casebackend.console.rendering import go
from casebackend.credentials.service import Door, Entered
from casebackend.staff.rules import CASE_ROLES, Role, Stage

LONGEST_LOGIN, LONGEST_PASSWORD = 64, 256


def door_of(request: Request) -> Door:
    context = request.app.ctx
    key = context.settings.session_key.get_secret_value()
    return Door(context.database, context.passwords, key, request.client_ip, context.now(), request.ctx.certificate)


def with_cookie(request: Request, response: HTTPResponse, secret: str) -> HTTPResponse:
    """Without an end: when a session ends is decided here, not in the browser."""
    name, secure = cookie_name(request)
    response.add_cookie(name, secret, secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def go_on(request: Request, entered: Entered, following: str) -> HTTPResponse:
    """The next step of the login, or the desk. `following`: where the reader wanted to go."""
    if entered.stage is Stage.FULL:
        where = following or home_of(frozenset(entered.user.roles))
    else:
        where = STEPS[entered.stage] + (f"?next={quote(following)}" if following else "")
    return with_cookie(request, go(request, where), entered.secret)


def home_of(roles: frozenset[str]) -> str:
    if roles & CASE_ROLES:
        return "/queue"
    if Role.SECURITY_ADMIN in roles:
        return "/security"
    return "/knowledge" if Role.CURATOR in roles else "/board"


def local(where: str | None) -> str:
    """Only a path of our own: never another site."""
    if not where or not where.startswith("/") or where.startswith("//") or "\\" in where or urlsplit(where).netloc:
        return ""
    return where
