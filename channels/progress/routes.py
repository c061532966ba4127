"""The progress page, without script: pick-up code, one-time code, then the complaint for a quarter of an hour.

After each form the browser is sent back to the page, so that a reload sends nothing twice. The cookie names the visit
and opens nothing by itself; what a visit may see and do is decided by the case backend each time.
"""

import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import ValidationError
from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import Forbidden
from sanic.response import html, raw, redirect

from casebackend.api import moments
from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.pickups import ConfirmVisit, VisitView
from channels.envelope import clean
from channels.progress.view import Page
from channels.settings import Settings
from channels.webchat.pace import Pace
from channels.webchat.session import Sessions

COOKIE = "tingsu_progress"
SECONDS = 15 * 60
PATH = "/progress"
FOLDER = Path(__file__).parent
type Answer = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes share."""

    cookies: Sessions
    pace: Pace
    page: Page
    secure: bool

    def visit(self, request: Request) -> UUID | None:
        session = self.cookies.read(request.cookies.get(COOKIE), time.time())
        return UUID(session.id) if session is not None else None

    def back(self, said: str | None = None, **facts: int | str | None) -> HTTPResponse:
        return redirect(self.page.address(PATH, said, facts), status=303, headers={"Cache-Control": "no-store"})

    def opened(self, visit: UUID) -> HTTPResponse:
        answer = self.back()
        answer.add_cookie(
            COOKIE,
            self.cookies.issue(time.time(), of=str(visit)),
            httponly=True,
            samesite="Strict",
            secure=self.secure,
            max_age=SECONDS,
            path=PATH,
        )
        return answer

    def closed(self, said: str) -> HTTPResponse:
        answer = self.back(said)
        answer.delete_cookie(COOKIE, path=PATH)
        return answer


def blueprint(settings: Settings) -> Blueprint:
    routes = Blueprint("progress", url_prefix=PATH)
    desk = Desk(
        Sessions(settings.session_key.get_secret_value(), purpose="progress visit", lifetime=SECONDS),
        Pace(time.monotonic),
        Page(settings.bank_name),
        settings.cookie_secure,
    )
    style = (FOLDER / "page.css").read_bytes()

    @routes.get("/page.css")
    async def css(_: Request) -> HTTPResponse:
        return raw(style, content_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"})

    @routes.get("")
    async def page(request: Request) -> HTTPResponse:
        visit = desk.visit(request)
        if visit is None:
            return _shown(desk.page.render("ask", request))
        try:
            case = await _backend(request).visit(visit)
        except Refused as refusal:
            if refusal.slug == "level-too-low":
                return _shown(desk.page.render("code", request))
            return desk.closed("ended")
        except BackendUnavailable:
            return _shown(desk.page.render("none", request, said="busy"), status=503)
        return _shown(desk.page.render(_step(request, case), request, case=case, key=uuid4().hex))

    for path, answer in FORMS.items():
        routes.add_route(_guarded(desk, answer), path, methods=["POST"], name=path.strip("/"))
    return routes


def _step(request: Request, case: VisitView) -> str:
    wanted = request.args.get("step")
    if wanted == "withdraw" and "withdraw" in case.may:
        return "withdraw"
    return "confirm" if wanted == "confirm" and not case.confirmed else "case"


def _shown(text: str, *, status: int = 200) -> HTTPResponse:
    return html(text, status=status, headers={"Cache-Control": "no-store"})


def _backend(request: Request) -> CaseBackend:
    backend: CaseBackend = request.app.ctx.gateway.backend
    return backend


def _field(request: Request, name: str) -> str:
    form = request.form
    return clean(str(form.get(name) or "")).strip() if form else ""


def _guarded(desk: Desk, answer: Callable[[Request, Desk], Awaitable[HTTPResponse]]) -> Answer:
    """Forms come from our own page, not too often, and a fault behind us is said in words."""

    @wraps(answer)
    async def guarded(request: Request) -> HTTPResponse:
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Forbidden("origin")
        if desk.pace.wait(request.remote_addr or request.ip) > 0:
            return desk.back("slow")
        try:
            return await answer(request, desk)
        except Refused:
            return desk.closed("ended")
        except BackendUnavailable:
            return desk.back("busy")

    return guarded


async def begin(request: Request, desk: Desk) -> HTTPResponse:
    typed = _field(request, "pickup_code")[:64]
    if not typed:
        return desk.back()
    return desk.opened((await _backend(request).begin_visit(typed)).id)


async def code(request: Request, desk: Desk) -> HTTPResponse:
    visit, typed = desk.visit(request), _field(request, "code")[:32]
    if visit is None:
        return desk.closed("ended")
    if not typed:
        return desk.back()
    step = await _backend(request).answer_visit(visit, typed)
    if step.next == "ended":
        return desk.closed("ended")
    return desk.back() if step.next == "done" else desk.back(step.next, left=step.left, until=moments.until(step.until))


async def confirm(request: Request, desk: Desk) -> HTTPResponse:
    visit = desk.visit(request)
    if visit is None:
        return desk.closed("ended")
    try:
        command = ConfirmVisit(name=_field(request, "name"), id_number=_field(request, "id_number"))
    except ValidationError:
        return desk.back("short")
    step = await _backend(request).confirm_visit(visit, command)
    if step.next == "level":
        return desk.back()
    said = {"done": "confirmed", "wrong": "unknown", "locked": "confirm_locked", "unavailable": "unavailable"}
    return desk.back(said[step.next], left=step.left, until=moments.until(step.until))


def _acting(what: Literal["urge", "supplement", "withdraw"]) -> Callable[[Request, Desk], Awaitable[HTTPResponse]]:
    async def act(request: Request, desk: Desk) -> HTTPResponse:
        visit = desk.visit(request)
        if visit is None:
            return desk.closed("ended")
        text = _field(request, "text") if what == "supplement" else None
        if text is not None and not 2 <= len(text) <= 2_000:
            return desk.back("short")
        key = _field(request, "key")[:64] or uuid4().hex
        done = await _backend(request).act_in_visit(visit, what, text, key=f"progress:{visit}:{what}:{key}")
        return desk.back(done.outcome)

    return act


async def end(request: Request, desk: Desk) -> HTTPResponse:
    visit = desk.visit(request)
    if visit is not None:
        await _backend(request).end_visit(visit)
    return desk.closed("goodbye")


FORMS: dict[str, Callable[[Request, Desk], Awaitable[HTTPResponse]]] = {
    "/begin": begin,
    "/code": code,
    "/confirm": confirm,
    "/urge": _acting("urge"),
    "/supplement": _acting("supplement"),
    "/withdraw": _acting("withdraw"),
    "/end": end,
}
