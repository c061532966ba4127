"""Rasa's action endpoint, hosted by us: the SDK's own server has no secret and echoes the whole tracker on a crash."""

import asyncio
import hmac
import os
import socket
from typing import Any

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException
from sanic import HTTPResponse, Request, Sanic, json
from sanic.exceptions import SanicException

from actions.action import TurnAction
from actions.afterwards import Duplicate, Opinion, Second, Supplement
from actions.faq import AnswerQuestion
from actions.filing import File
from actions.handoff import HandOff
from actions.identified import Identity
from actions.intake import Change, Intake
from actions.leaving import Cancel, Resume
from actions.menu import Menu
from actions.revisit import Revisit
from actions.safety import Safety
from actions.settings import Settings
from actions.status import Progress, Urge, Withdraw
from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import Heartbeat

ACTIONS: tuple[type[TurnAction], ...] = (
    Intake, File, Cancel, Resume, Progress, Urge, Withdraw, HandOff, AnswerQuestion, Revisit,
    Supplement, Second, Opinion, Duplicate,
    Identity, Menu, Safety, Change,
)  # fmt: skip
BODY_LIMIT = 1024 * 1024
HEARTBEAT_SECONDS = 5

log = structlog.get_logger()


def _problem(status: int, slug: str, title: str) -> HTTPResponse:
    body = {"type": f"/problems/{slug}", "title": title, "status": status}
    return json(body, status=status, content_type="application/problem+json")


def create_app(settings: Settings, backend: CaseBackend | None = None, name: str = "actions") -> Sanic[Any, Any]:
    """`backend` is given by tests; otherwise it lives as long as the server."""
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = BODY_LIMIT
    app.config.RESPONSE_TIMEOUT = 5
    client = backend or CaseBackend(settings.backend_url, settings.token_actions.get_secret_value())
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(client))
    secret = settings.actions_secret.get_secret_value().encode()

    @app.before_server_start
    async def start(app: Sanic[Any, Any]) -> None:
        await client.__aenter__()
        app.ctx.beating = asyncio.create_task(_beat(client))

    @app.after_server_stop
    async def stop(app: Sanic[Any, Any]) -> None:
        app.ctx.beating.cancel()
        await client.__aexit__()

    @app.get("/health/live")
    async def live(_: Request) -> HTTPResponse:
        return json({"live": True})

    @app.get("/health/ready")
    async def ready(_: Request) -> HTTPResponse:
        why = await _beat_once(client)
        return json({"ready": why is None, "why": why}, status=503 if why else 200)

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        if not hmac.compare_digest(request.headers.get("X-TingSu-Secret", "").encode(), secret):
            return _problem(401, "unauthorized", "未授权")
        if "content-encoding" in request.headers:
            return _problem(415, "encoded", "不接受压缩的请求")
        if len(request.body) > BODY_LIMIT:
            return _problem(413, "too-large", "请求过大")
        result = await executor.run(request.json)
        return json(result.model_dump() if result else {"events": [], "responses": []})

    _register_problems(app)
    return app


def _register_problems(app: Sanic[Any, Any]) -> None:
    @app.exception(ActionNotFoundException, ActionExecutionRejection, ActionMissingDomainException)
    def unknown(_: Request, error: ActionNotFoundException) -> HTTPResponse:
        log.error("action.unknown", action=error.action_name)
        return _problem(404, "unknown-action", "没有这个动作")

    @app.exception(SanicException)
    def http(_: Request, error: SanicException) -> HTTPResponse:
        return _problem(error.status_code, "http", "请求未完成")

    @app.exception(Exception)
    def crashed(_: Request, error: Exception) -> HTTPResponse:
        """Also a backend that is away: the turn must fail, so that it is retried or taken over."""
        log.error("action.failed", error=type(error).__name__)
        return _problem(500, "internal", "系统错误")


async def _beat_once(client: CaseBackend) -> str | None:
    """Why we are not ready; our own heartbeat is the probe of the backend."""
    instance = f"{socket.gethostname()}:{os.getpid()}"[:80]
    try:
        await client.beat(Heartbeat(program="actions", instance=instance, ready=True))
    except BackendUnavailable:
        return "backend unavailable"
    except Refused as refusal:
        return f"backend refused: {refusal.slug}"
    return None


async def _beat(client: CaseBackend) -> None:
    while True:
        await _beat_once(client)
        await asyncio.sleep(HEARTBEAT_SECONDS)
