from typing import Any

from sanic import Blueprint, Sanic

from casebackend.access import bodies, guard, headers, reads, transport
from casebackend.console import (
    account,
    article_files,
    assignment,
    attachments,
    audit,
    board,
    candidates,
    cases,
    certificates,
    classification,
    confirmation,
    contacts,
    correcting,
    corrections,
    curation,
    curation_article,
    dangers,
    dictionaries,
    disclosures,
    drafts,
    evidence,
    exports,
    extensions,
    factor,
    families,
    flows,
    forms,
    functions,
    gaps,
    grading,
    inventory,
    judgements,
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
    talk_holds,
    talks,
    tasks,
    tellings,
    tokens,
)
from casebackend.console import notices as notices_page
from casebackend.console import supervision as supervision_page
from casebackend.staff.passwords import Passwords

STATIC = rendering.HOME / "static"
PAGES = (
    login, password, factor, security, certificates, tokens, inventory, account,
    queue, cases, drafts, talks, suggestions, replies, gaps, knowledge_health, stream, knowledge, board, query, reports,
    limits, notices_page, supervision_page,
    register, ledger, registration, confirmation, correcting, extensions, tasks, recusals, evidence, assignment,
    families,
    reviews, surveys, classification, reminders, attachments, organisations, people, functions, dictionaries, shifts,
    dangers, grading, flows, judgements,
    candidates, precedents, disclosures, audit, retention, talk_holds, contacts, corrections, forms, exports,
    curation, curation_article, article_files, tellings,
)  # fmt: skip


def equip(app: Sanic[Any, Any]) -> None:
    app.ctx.templates = rendering.environment()
    app.ctx.passwords = Passwords()
    app.ctx.leaving = False
    transport.equip(app)
    guard.equip(app)
    reads.equip(app)


def install(app: Sanic[Any, Any]) -> None:
    """Guard, headers, pages and login of the web process."""
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
