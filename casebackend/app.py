"""Wires the web process. Importing this module does nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sanic import Blueprint, Sanic

from casebackend import openapi, problems
from casebackend.assignments import routes as assignments
from casebackend.assist import routes as assist
from casebackend.cases import around_routes as around
from casebackend.cases import routes as cases
from casebackend.clocks import routes as limits
from casebackend.console import wiring as console
from casebackend.conversations import routes as conversations
from casebackend.curation import knowledge_index
from casebackend.database import Database
from casebackend.digests import routes as digests
from casebackend.drafts import routes as drafts
from casebackend.escalations import routes as escalations
from casebackend.extensions import routes as extensions
from casebackend.families import routes as families
from casebackend.handoffs import routes as handoffs
from casebackend.heartbeats import health
from casebackend.heartbeats import routes as heartbeats
from casebackend.notices import routes as notices
from casebackend.notices import settings_routes as thresholds
from casebackend.registration import dictionary_routes as dictionaries
from casebackend.registration import routes as registration
from casebackend.reports import routes as reports
from casebackend.reviews import routes as reviews
from casebackend.revisits import routes as revisits
from casebackend.settings import Settings
from casebackend.supervision import routes as supervision
from casebackend.workflow import routes as profiles

API = (
    around.tasks_bp, around.recusals_bp, around.evidence_bp, assignments.bp, conversations.bp, drafts.bp,
    cases.bp, cases.own_bp, cases.handlings_bp, dictionaries.bp, registration.bp, registration.drafts_bp,
    reports.bp, revisits.bp, handoffs.bp, heartbeats.bp, assist.bp, families.bp, families.own_bp, reviews.bp,
    extensions.bp, limits.bp, profiles.bp, openapi.bp, digests.bp, escalations.bp, notices.bp, supervision.bp,
    thresholds.bp,
)  # fmt: skip


def create_app(
    settings: Settings,
    database: Database,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    name: str = "casebackend",
) -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = 2 * 1024 * 1024
    app.config.REQUEST_TIMEOUT = 10
    app.config.RESPONSE_TIMEOUT = 30
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.settings = settings
    app.ctx.database = database
    app.ctx.now = now
    problems.register(app)
    knowledge_index.install(app)
    console.install(app)
    app.blueprint(Blueprint.group(*API, url_prefix="/api/v1"))
    app.blueprint(health.bp)
    return app
