"""Wires the web process. Importing this module does nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sanic import Blueprint, Sanic

from casebackend import openapi, operations, problems
from casebackend.access import functions
from casebackend.access.bodies import Patient
from casebackend.assignments import routes as assignments
from casebackend.assist import health_routes as knowledge_health
from casebackend.assist import routes as assist
from casebackend.assist import speaking
from casebackend.assist import suggestion_routes as suggestions
from casebackend.audit import routes as audit
from casebackend.candidates import routes as candidates
from casebackend.cases import around_routes as around
from casebackend.cases import enclosing_routes as attachments
from casebackend.cases import routes as cases
from casebackend.cases import void_routes as voids
from casebackend.clocks import routes as limits
from casebackend.console import wiring as console
from casebackend.contacts import routes as contacts
from casebackend.conversations import danger_routes as danger_rules
from casebackend.conversations import media_routes as media
from casebackend.conversations import routes as conversations
from casebackend.credentials import routes as certificates
from casebackend.curation import enclosing_routes as article_files
from casebackend.curation import knowledge_index
from casebackend.curation import routes as curation
from casebackend.database import Database
from casebackend.digests import routes as digests
from casebackend.disclosures import routes as disclosures
from casebackend.drafts import identity_routes as identity
from casebackend.drafts import routes as drafts
from casebackend.escalations import routes as escalations
from casebackend.exports import routes as exports
from casebackend.extensions import routes as extensions
from casebackend.families import routes as families
from casebackend.flows import routes as flows
from casebackend.forms import routes as forms
from casebackend.forms.press import Press
from casebackend.gaps import routes as gaps
from casebackend.grading import routes as grading_rules
from casebackend.handoffs import routes as handoffs
from casebackend.heartbeats import health
from casebackend.heartbeats import routes as heartbeats
from casebackend.identity import core_http
from casebackend.impacts import routes as impacts
from casebackend.inventory import routes as inventory
from casebackend.metrics import routes as metrics
from casebackend.notices import routes as notices
from casebackend.notices import settings_routes as thresholds
from casebackend.parties import configured as parties
from casebackend.people import import_routes as imports
from casebackend.people import routes as people
from casebackend.people import unit_routes as units
from casebackend.pickups import routes as pickups
from casebackend.policies import routes as security
from casebackend.precedents import index as precedent_index
from casebackend.precedents import routes as precedents
from casebackend.recordings import routes as recordings
from casebackend.registration import dictionary_routes as dictionaries
from casebackend.registration import draft_routes as registrations
from casebackend.registration import routes as registration
from casebackend.replies import routes as replies
from casebackend.reports import routes as reports
from casebackend.requests import routes as requests
from casebackend.retention import routes as retention
from casebackend.retention import talk_routes as talk_holds
from casebackend.reviews import routes as reviews
from casebackend.revisits import routes as revisits
from casebackend.settings import Settings
from casebackend.shifts import routes as shifts
from casebackend.staff import login_routes as logins
from casebackend.supervision import routes as supervision
from casebackend.tellings import routes as tellings
from casebackend.tokens import routes as tokens
from casebackend.workflow import routes as profiles

API = (
    attachments.bp, recordings.bp, media.bp,
    around.tasks_bp, around.recusals_bp, around.evidence_bp, assignments.bp, conversations.bp, drafts.bp,
    cases.bp, cases.own_bp, requests.own_bp, cases.handlings_bp, voids.bp, dictionaries.bp, registration.bp,
    registrations.bp,
    reports.bp, revisits.bp, revisits.of_cases, handoffs.bp, heartbeats.bp, assist.bp, suggestions.bp, impacts.bp,
    replies.own_bp, replies.team_bp, replies.bp,
    knowledge_health.bp, knowledge_health.phrasings_bp, gaps.bp, families.bp, families.own_bp, reviews.bp,
    extensions.bp, limits.bp, profiles.bp, openapi.bp, digests.bp, escalations.bp, notices.bp, supervision.bp,
    danger_rules.bp, grading_rules.bp, flows.bp,
    thresholds.bp, security.bp, logins.bp, certificates.bp, tokens.bp, inventory.bp, people.bp, people.requests_bp,
    units.bp, imports.bp,
    shifts.shifts_bp, shifts.handovers_bp, shifts.states_bp,
    identity.bp, pickups.bp, pickups.own_bp,
    curation.bp, article_files.bp,
    candidates.bp, precedents.bp, tellings.bp,
    disclosures.bp, forms.bp, audit.bp, contacts.bp, exports.bp, retention.bp, talk_holds.bp,
)  # fmt: skip


def create_app(
    settings: Settings,
    database: Database,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    name: str = "casebackend",
) -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False, request_class=Patient)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    equip(app, settings, database, now=now)
    problems.register(app)
    console.install(app)
    app.blueprint(Blueprint.group(*API, url_prefix="/api/v1"))
    app.blueprint(health.bp)
    metrics.install(app)
    return app


def equip(app: Sanic[Any, Any], settings: Settings, database: Database, *, now: Callable[[], datetime]) -> None:
    """All that routes find in `app.ctx`: what tells one bank from another that is served by the same routes."""
    app.ctx.settings = settings
    app.ctx.database = database
    app.ctx.now = now
    app.ctx.outgoing = speaking
    app.ctx.press = Press(settings.prints_at_once, settings.prints_waiting)
    knowledge_index.install(app)
    precedent_index.install(app)
    core_http.install(app, settings)
    parties.install(database, settings, now=now)
    console.equip(app)
    app.ctx.functions = functions.listed(
        app.ctx.matrix.rows, {name: each.summary for name, each in operations.OPERATIONS.items()}
    )
    metrics.equip(app)
