from typing import Any

from sanic import Blueprint, Sanic

from casebackend.access import guard, headers
from casebackend.console import (
    account,
    board,
    cases,
    drafts,
    knowledge,
    login,
    query,
    queue,
    rendering,
    reports,
    stream,
    talks,
)
from casebackend.console import assignment, evidence, recusals, tasks
from casebackend.staff.passwords import Passwords

STATIC = rendering.HOME / "static"


def install(app: Sanic[Any, Any]) -> None:
    """Guard, headers, pages and login of the web process."""
    app.ctx.templates = rendering.environment()
    app.ctx.passwords = Passwords()
    app.ctx.leaving = False
    guard.install(app)
    headers.install(app)
    files = Blueprint("console_static")
    files.static("/static", STATIC, name="file")
    app.blueprint(files)
    for room in (login, account, queue, cases, drafts, talks, stream, knowledge, board, query, reports):
        app.blueprint(room.bp)
    for room in (tasks, recusals, evidence, assignment):
        app.blueprint(room.bp)
    app.blueprint(query.handlings_bp)

    async def leave(*_: Any) -> None:
        app.ctx.leaving = True

    async def stop(*_: Any) -> None:
        app.ctx.passwords.close()

    app.register_listener(leave, "before_server_stop")
    app.register_listener(stop, "after_server_stop")
