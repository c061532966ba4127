"""Nobody gets in without a row in the matrix. Runs before every handler, also before the body is parsed."""

import hmac
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from sanic import HTTPResponse, Request, Sanic
from sanic.response import redirect
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access import matrix
from casebackend.access.principal import ANONYMOUS, Kind, Principal, Rights
from casebackend.audit import origin
from casebackend.audit import service as audit
from casebackend.editions import EDITIONS
from casebackend.errors import Forbidden, Unauthenticated
from casebackend.settings import Settings
from casebackend.staff import groups
from casebackend.staff import service as staff
from casebackend.staff.model import User
from casebackend.staff.rules import SEEN_EVERY, Stage
from casebackend.tokens import service as tokens

LOGIN = "console_login.enter"
SHANGHAI = ZoneInfo("Asia/Shanghai")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Where an unfinished login goes on.
STEPS = {Stage.CODE: "/login/code", Stage.PASSWORD: "/password", Stage.ENROL: "/account/second-factor"}


class NoRight(Forbidden):
    def __init__(self) -> None:
        super().__init__("您的岗位没有该操作的权限，如有需要请联系系统管理员")


class ScopeMissing(Forbidden):
    slug, title = "scope-missing", "令牌范围不足"

    def __init__(self, needed: list[str]) -> None:
        super().__init__("该服务令牌没有此操作的范围，如有需要请联系安全管理员", needed=needed)


class NotLoggedIn(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("请先登录，或登录已过期")


class CrossSite(Forbidden):
    slug, title = "cross-site", "请求来源不可信"

    def __init__(self) -> None:
        super().__init__("页面已过期或请求不是从本系统发出，请刷新页面后重试")


def equip(app: Sanic[Any, Any]) -> None:
    app.ctx.matrix = matrix.load()


def install(app: Sanic[Any, Any]) -> None:
    app.register_middleware(guard, "request", priority=100)
    app.register_middleware(_ended, "response", priority=100)  # the last of them


async def guard(request: Request) -> HTTPResponse | None:
    request.ctx.principal, request.ctx.login_secret, request.ctx.session_id = ANONYMOUS, None, None
    origin.begins(request.client_ip)
    if request.route is None:
        return None
    request.ctx.principal = await _principal(request)
    origin.begins(request.client_ip, request.ctx.principal.roles)
    name = route_name(request)
    rights: matrix.Matrix = request.app.ctx.matrix
    if rights.allows(request.ctx.principal, name, method=request.method, path=request.path):
        _same_site(request, name)
        request.ctx.principal = rights.acting(request.ctx.principal, name)
        return None
    return await _refuse(request, name)


async def _ended(*_: Any) -> None:
    """What this task does afterwards is of no request."""
    origin.begins(None)


def route_name(request: Request) -> str:
    """`conversations.receive`: Sanic puts the name of the application in front."""
    return str(request.route.name).removeprefix(f"{request.app.name}.") if request.route else ""


def cookie_name(request: Request) -> tuple[str, bool]:
    """(name, secure). Plain http is for the loopback demo only; elsewhere a browser will not send the cookie back."""
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    plain = request.scheme == "http" and host in LOOPBACK
    return ("tingsu", False) if plain else ("__Host-tingsu", True)


def csrf_of(request: Request) -> str:
    secret = request.ctx.login_secret
    return staff.csrf_token(request.app.ctx.settings.session_key.get_secret_value(), secret) if secret else ""


async def _principal(request: Request) -> Principal:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        ours = _service(request.app.ctx.settings, token.strip())
        return await _by_token(request, token.strip()) if ours is ANONYMOUS else ours
    secret = request.cookies.get(cookie_name(request)[0])
    if not secret:
        return ANONYMOUS
    return await _staff(request, secret)


def _service(settings: Settings, token: str) -> Principal:
    known = {
        "channels": settings.token_channels,
        "actions": settings.token_actions,
        "bot": settings.token_bot,
        "worker": settings.token_worker,
        "tester": settings.token_api,
    }
    found = ANONYMOUS
    for name, secret in known.items():
        if token and secret is not None and _same(secret.get_secret_value(), token):
            found = Principal(Kind.SERVICE, name, frozenset({f"service:{name}"}))
    return found


async def _by_token(request: Request, token: str) -> Principal:
    """Another system: it may do what its scopes say, whatever rows they stand in."""
    now = request.app.ctx.now()
    found = await tokens.find(request.app.ctx.database, token, now=now)
    if found is None:
        return ANONYMOUS
    if found.used_at is None or now - found.used_at >= SEEN_EVERY:
        async with request.app.ctx.database.transaction() as session:
            await tokens.mark_used(session, found.id, now=now)
    return Principal(Kind.SERVICE, f"token:{found.name}", frozenset(f"{matrix.SCOPE}{each}" for each in found.scopes))


def _same(ours: str, sent: str) -> bool:
    """What is sent may hold bytes that are no text."""
    return hmac.compare_digest(ours.encode(), sent.encode(errors="replace"))


async def _staff(request: Request, secret: str) -> Principal:
    now = request.app.ctx.now()
    found = await staff.find_session(request.app.ctx.database, secret, now=now)
    if found is None or not _shows(request, found.certificate):
        return ANONYMOUS
    if now - found.seen_at >= SEEN_EVERY and not _is_a_stream(request):
        async with request.app.ctx.database.transaction() as session:
            await staff.mark_seen(session, found, now=now)
    request.ctx.login_secret, request.ctx.session_id = secret, found.session_id
    request.ctx.told = {EDITIONS: found.editions or {}}
    if found.stage != Stage.FULL:
        return Principal(Kind.PENDING, found.login, frozenset({f"pending:{found.stage}"}), user_id=found.id)
    return replace(of_user(found), rights=await _rights(request, found))


def _shows(request: Request, certificate: str | None) -> bool:
    """A cookie that was carried away opens nothing without the certificate that it belongs to."""
    return certificate is None or _same(certificate, request.ctx.certificate or "")


async def _rights(request: Request, found: Row[Any]) -> Rights | None:
    if not found.posts and not found.groups:
        return None
    async with request.app.ctx.database.reading(request.ctx.told) as session:
        return await rights_of(session, found, request.app.ctx.now())


async def rights_of(session: AsyncSession, found: User | Row[Any], now: datetime) -> Rights | None:
    """None where every role comes with all of its functions. What the groups give is kept in the process."""
    codes = [*found.posts, *found.groups]
    if not codes:
        return None
    given = await groups.given(session, codes, now.astimezone(SHANGHAI).date())
    if all(each.only is None and not each.withheld for each in given):
        return None
    direct = frozenset(found.roles if found.granted is None else found.granted)
    sources = ((direct, None), *((each.roles, each.only) for each in given))
    return Rights(sources, frozenset[str]().union(*(each.withheld for each in given)))


def of_user(user: User | Row[Any]) -> Principal:
    return Principal(
        Kind.STAFF,
        user.login,
        frozenset(user.roles),
        user_id=user.id,
        display_name=user.display_name,
        organisation_id=user.organisation_id,
        scope_unit_id=user.scope_unit_id,
    )


def _is_a_stream(request: Request) -> bool:
    """What the page does by itself is no sign of a person at the desk."""
    return "text/event-stream" in request.headers.get("accept", "") or "x-background" in request.headers


def _same_site(request: Request, name: str) -> None:
    """For a browser session: an unsafe method needs our own origin and the token of the session. The login form may
    be older than the session and is held to the origin alone."""
    if request.method in SAFE or request.ctx.principal.kind is Kind.SERVICE:
        return
    public_api = request.path.startswith("/api/") and request.ctx.principal is ANONYMOUS
    if public_api:
        return
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    if _host_of(origin) != request.host:
        raise CrossSite
    if request.ctx.login_secret is None or name == LOGIN:
        return
    sent = request.headers.get("x-csrf-token") or str(request.form.get("csrf") if request.form else "")
    if not _same(csrf_of(request), sent):
        raise CrossSite


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


async def _refuse(request: Request, name: str) -> HTTPResponse:
    principal: Principal = request.ctx.principal
    if principal is ANONYMOUS or principal.kind is Kind.PENDING:
        if request.path.startswith("/api/") or request.method not in SAFE:
            raise NotLoggedIn
        where = next((STEPS[each] for each in STEPS if f"pending:{each}" in principal.roles), "/login")
        if "hx-request" in request.headers:
            at = _path_of(request.headers.get("hx-current-url", ""))
            return HTTPResponse(status=401, headers={"HX-Redirect": f"{where}?next={quote(at)}" if at else where})
        return redirect(f"{where}?next={quote(request.path)}")
    async with request.app.ctx.database.transaction() as session:
        await audit.record(
            session,
            chain="access",
            event="access.denied",
            actor=principal.actor,
            object=f"route:{name}",
            now=request.app.ctx.now(),
            detail={"method": request.method},
        )
    request.ctx.denied = True
    if principal.name.startswith("token:"):
        row = request.app.ctx.matrix.rows.get(name, frozenset())
        raise ScopeMissing(sorted(each.removeprefix(matrix.SCOPE) for each in row if each.startswith(matrix.SCOPE)))
    raise NoRight
