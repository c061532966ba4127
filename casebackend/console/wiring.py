from typing import Any

from sanic import Blueprint, Sanic

from casebackend.access import guard, headers
from casebackend.console import (
    account,
    assignment,
    board,
    cases,
    classification,
    drafts,
    evidence,
    extensions,
    families,
    knowledge,
    ledger,
    limits,
    login,
    query,
    queue,
    recusals,
    register,
    registration,
    reminders,
    rendering,
    reports,
    reviews,
    stream,
    talks,
    tasks,
)
from casebackend.console import notices as notices_page
from casebackend.console import supervision as supervision_page
from casebackend.staff.passwords import Passwords

STATIC = rendering.HOME / "static"
PAGES = (
    login, account, queue, cases, drafts, talks, stream, knowledge, board, query, reports, limits, notices_page,
    supervision_page, register, ledger, registration, extensions, tasks, recusals, evidence, assignment, families,
    reviews, classification, reminders,
)  # fmt: skip


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
    for room in PAGES:
        app.blueprint(room.bp)
    app.blueprint(query.handlings_bp)

    async def leave(*_: Any) -> None:
        app.ctx.leaving = True

    async def stop(*_: Any) -> None:
        app.ctx.passwords.close()

    app.register_listener(leave, "before_server_stop")
    app.register_listener(stop, "after_server_stop")
