"""Wires the web process. Importing this module does nothing."""

import base64
import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sanic import Blueprint, Sanic

from casebackend import problems
from casebackend.console import wiring as console
from casebackend.curation import knowledge_index
from casebackend.database import Database
from casebackend.settings import Settings
from casebackend.supervision import health

API = [
    "conversations", "drafts", "cases", "revisits", "handoffs", "supervision", "assist", "curation", "audit", "openapi",
]  # fmt: skip


def _blueprints() -> list[Blueprint]:
    found = []
    for noun in API:
        try:
            module = importlib.import_module(f"casebackend.{noun}.routes" if noun != "openapi" else "casebackend.openapi")
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith("casebackend."):
                continue
            raise
        found.extend(value for value in vars(module).values() if isinstance(value, Blueprint))
    return found


def open_database(settings: Settings) -> Database:
    from casebackend.customers.vault import Vault

    return Database(
        settings.database_url,
        info={
            "audit_key": base64.b64decode(settings.audit_key.get_secret_value()),
            "vault": Vault(settings.data_key.get_secret_value()),
        },
    )


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
    for blueprint in _blueprints():
        if not any(str(part.url_prefix or "").startswith("/api") for part in [blueprint]):
            app.blueprint(blueprint, url_prefix="/api/v1" + (blueprint.url_prefix or ""))
    app.blueprint(health.bp)
    return app
