from typing import Any

from sanic import Blueprint, Sanic

from casebackend.access import bodies, guard, headers, reads, transport
from casebackend.console import (
    account,
    assignment,
    attachments,
    audit,
    board,
    candidates,
    cases,
    classification,
    contacts,
    correcting,
    corrections,
    curation,
    curation_article,
    dictionaries,
    disclosures,
    drafts,
    evidence,
    exports,
    extensions,
    factor,
    families,
    forms,
    functions,
    gaps,
    knowledge,
    knowledge_health,
    ledger,
    limits,
    login,
    organisations,
    password,
    people,
    precedents,
    query,
    queue,
    recusals,
    register,
    registration,
    reminders,
    rendering,
    replies,
    reports,
    retention,
    reviews,
    security,
    shifts,
    stream,
    suggestions,
    surveys,
    talks,
    tasks,
    tokens,
)
from casebackend.console import notices as notices_page
from casebackend.console import supervision as supervision_page
from casebackend.staff.passwords import Passwords

STATIC = rendering.HOME / "static"
PAGES = (
    login, password, factor, security, tokens, account,
    queue, cases, drafts, talks, suggestions, replies, gaps, knowledge_health, stream, knowledge, board, query, reports,
    limits, notices_page, supervision_page,
    register, ledger, registration, correcting, extensions, tasks, recusals, evidence, assignment, families,
    reviews, surveys, classification, reminders, attachments, organisations, people, functions, dictionaries, shifts,
    candidates, precedents, disclosures, audit, retention, contacts, corrections, forms, exports,
    curation, curation_article,
)  # fmt: skip


def install(app: Sanic[Any, Any]) -> None:
    """Guard, headers, pages and login of the web process."""
    app.ctx.templates = rendering.environment()
    app.ctx.passwords = Passwords()
    app.ctx.leaving = False
    transport.install(app)
    guard.install(app)
    bodies.install(app)
    headers.install(app)
    reads.install(app)
    files = Blueprint("console_static")
    files.static("/static", STATIC, name="file")
    app.blueprint(files)
    for room in PAGES:
        app.blueprint(room.bp)
    app.blueprint(query.handlings_bp)
    app.blueprint(attachments.recordings_bp)

    async def leave(*_: Any) -> None:
        app.ctx.leaving = True

    async def stop(*_: Any) -> None:
        app.ctx.passwords.close()

    app.register_listener(leave, "before_server_stop")
    app.register_listener(stop, "after_server_stop")
