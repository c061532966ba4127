from typing import Any

from sanic import Request, Sanic
from sanic.response import BaseHTTPResponse

from casebackend.errors import UnsupportedMediaType

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none';"
    " require-trusted-types-for 'script'; trusted-types desk"
)


async def harden(request: Request, response: BaseHTTPResponse) -> None:
    own_file = request.path.startswith("/static/")
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-cache" if own_file else "no-store")
    if request.scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


class NotJson(UnsupportedMediaType):
    def __init__(self) -> None:
        super().__init__("请用 application/json 发送")


async def only_json(request: Request) -> None:
    """What calls itself something else is not read as JSON; what says nothing is."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.path.startswith("/api/") and request.body and sent not in ("", "application/json"):
        raise NotJson


def install(app: Sanic[Any, Any]) -> None:
    app.register_middleware(only_json, "request")
    app.register_middleware(harden, "response")
