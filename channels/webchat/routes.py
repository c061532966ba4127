import time
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from sanic import Blueprint, HTTPResponse, Request, Websocket
from sanic.exceptions import Forbidden
from sanic.response import html, raw

from channels.settings import Settings
from channels.webchat.session import COOKIE, LIFETIME, RENEW_AFTER
from channels.webchat.upload import upload

SOCKET = "/chat/ws"
FOLDER = Path(__file__).parent
FILES = {"chat.js": "text/javascript", "chat.css": "text/css", "icon.svg": "image/svg+xml"}


def blueprint(settings: Settings) -> Blueprint:
    routes = Blueprint("webchat")
    template = jinja2.Environment(autoescape=True).from_string((FOLDER / "page.html").read_text(encoding="utf-8"))
    page_text = template.render(bank_name=settings.bank_name, upload_mb=settings.upload_mb)
    contents = {name: (FOLDER / name).read_bytes() for name in FILES}

    @routes.get("/")
    async def page(request: Request) -> HTTPResponse:
        gateway, now = request.app.ctx.gateway, time.time()
        session = gateway.sessions.read(request.cookies.get(COOKIE), now)
        answer = html(page_text, headers={"Cache-Control": "no-store"})
        if session is None or now - session.issued_at > RENEW_AFTER:
            answer.add_cookie(
                COOKIE,
                gateway.sessions.issue(now, of=session.id if session else None),
                httponly=True,
                samesite="Lax",
                secure=settings.cookie_secure,
                max_age=LIFETIME,
                path="/",
            )
        return answer

    @routes.get("/chat/<name:str>")
    async def asset(request: Request, name: str) -> HTTPResponse:
        if name not in FILES:
            return raw(b"", status=404)
        return raw(contents[name], content_type=f"{FILES[name]}; charset=utf-8", headers={"Cache-Control": "no-cache"})

    routes.add_websocket_route(converse, SOCKET)
    routes.add_route(upload, "/chat/files", methods=["POST"], stream=True)
    return routes


async def only_from_our_pages(request: Request) -> None:
    """Before the handshake: another site's page may not open a socket with our customer's cookie."""
    if request.path != SOCKET:
        return
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
        raise Forbidden("origin")


async def converse(request: Request, wire: Websocket) -> None:
    gateway = request.app.ctx.gateway
    session = gateway.sessions.read(request.cookies.get(COOKIE), time.time())
    if session is None:
        await wire.close(4401, "session")
        return
    await gateway.webchat.converse(wire, session.id)
