"""Outside the loopback everything travels over TLS. Whose word counts for that: our own listener, or a proxy that the
settings name."""

from typing import Any

from sanic import Request, Sanic

from casebackend.access.listening import presented
from casebackend.access.principal import ANONYMOUS
from casebackend.errors import Forbidden
from casebackend.settings import LOOPBACK, Settings, hosts_of

FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "x-scheme")


class TlsRequired(Forbidden):
    slug, title = "tls-required", "请使用 HTTPS"

    def __init__(self) -> None:
        super().__init__("本系统只接受经 HTTPS 加密的连接，请改用 https:// 开头的地址")


def equip(app: Sanic[Any, Any]) -> None:
    settings: Settings = app.ctx.settings
    app.ctx.trusted_proxies = hosts_of(settings.trusted_proxies)
    app.config.PROXIES_COUNT = 1 if app.ctx.trusted_proxies else None


def install(app: Sanic[Any, Any]) -> None:
    app.register_middleware(secure, "request", priority=200)


async def secure(request: Request) -> None:
    """Before anything else looks at the request, its address or its scheme."""
    request.ctx.principal, request.ctx.login_secret, request.ctx.session_id = ANONYMOUS, None, None
    trusted = request.ip in request.app.ctx.trusted_proxies
    request.ctx.certificate = presented(request, trusted=trusted)
    if not trusted:
        request.parsed_forwarded = {}
    if request.scheme in ("https", "wss"):
        return
    handed_on = any(name in request.headers for name in FORWARDING)
    if request.ip not in LOOPBACK or handed_on:
        raise TlsRequired
