"""The only door for customers: WeChat, web chat and recorded calls."""

from typing import Any

from sanic import HTTPResponse, Request, Sanic, json
from sanic.response import BaseHTTPResponse

from channels import problems, slow
from channels.gateway import Gateway
from channels.ivr import routes as ivr
from channels.progress import routes as progress
from channels.settings import Settings
from channels.webchat import routes as webchat
from channels.wechat import routes as wechat

LONGEST_REQUEST = 2 * 1024 * 1024
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(settings: Settings, *, name: str = "channels") -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False, request_class=slow.Patient)
    app.config.update(
        REQUEST_MAX_SIZE=LONGEST_REQUEST,
        REQUEST_TIMEOUT=10,
        KEEP_ALIVE_TIMEOUT=20,
        RESPONSE_TIMEOUT=20,
        WEBSOCKET_MAX_SIZE=65_536,
        ACCESS_LOG=False,
        PROXIES_COUNT=settings.proxies_count,
        FALLBACK_ERROR_FORMAT="json",
    )
    app.blueprint(wechat.blueprint())
    app.blueprint(webchat.blueprint(settings))
    app.blueprint(progress.blueprint(settings))
    app.blueprint(ivr.blueprint())
    app.add_route(live, "/health/live")
    app.add_route(ready, "/health/ready")
    app.register_middleware(webchat.only_from_our_pages, "request")
    slow.install(app)
    app.register_middleware(secure, "response")
    for error, handler in problems.HANDLERS.items():
        app.error_handler.add(error, handler)

    @app.before_server_start
    async def open_gateway(app: Sanic[Any, Any]) -> None:
        app.ctx.opened = Gateway.opened(settings)
        app.ctx.gateway = await app.ctx.opened.__aenter__()

    @app.after_server_stop
    async def close_gateway(app: Sanic[Any, Any]) -> None:
        await app.ctx.opened.__aexit__(None, None, None)

    return app


async def live(_: Request) -> HTTPResponse:
    return json({"status": "ok"})


async def ready(request: Request) -> HTTPResponse:
    """Ready is who can keep a message, if only in the spool; what else is amiss is named."""
    ailments = request.app.ctx.gateway.ailments()
    return json({"status": "degraded" if ailments else "ok", "why": ailments})


async def secure(_: Any, response: BaseHTTPResponse) -> None:
    for header, value in SECURITY_HEADERS.items():
        response.headers.setdefault(header, value)
