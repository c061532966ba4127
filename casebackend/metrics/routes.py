"""GET /metrics: for a service token with the scope `metrics`."""

import os
import shutil
import time
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.response import raw
from sqlalchemy.exc import SQLAlchemyError

from casebackend.access.guard import route_name
from casebackend.backups import service as backups
from casebackend.database import Database
from casebackend.heartbeats.health import what_is_missing
from casebackend.logging import SPILLWAY
from casebackend.metrics import queries
from casebackend.metrics.registry import Metrics
from casebackend.reserve import State, reserve_of

bp = Blueprint("metrics")


def equip(app: Sanic[Any, Any]) -> None:
    app.ctx.metrics = Metrics()


def install(app: Sanic[Any, Any]) -> None:
    app.register_middleware(_begun, "request", priority=200)
    app.register_middleware(_answered, "response")
    app.blueprint(bp)


async def _begun(request: Request) -> None:
    request.ctx.begun = time.perf_counter()


async def _answered(request: Request, response: Any) -> None:
    begun = getattr(request.ctx, "begun", None)
    if begun is not None:
        seen: Metrics = request.app.ctx.metrics
        seen.answered(route_name(request) or "none", request.method, response.status, time.perf_counter() - begun)


@bp.get("/metrics")
async def show(request: Request) -> HTTPResponse:
    """Numbers that cannot be had now (the database is away) keep their last value, and `ready` says 0."""
    held: Metrics = request.app.ctx.metrics
    database: Database = request.app.ctx.database
    now = request.app.ctx.now()
    try:
        async with database.reading() as session:
            found = await queries.standing(session, now)
            beats = await queries.beats(session, now)
    except (SQLAlchemyError, OSError):
        found, beats = {}, {}
    settings = request.app.ctx.settings
    found |= _of_the_machine(database, settings.var_dir)
    found["disk_reserve_freed"] = float(reserve_of(settings).state() is State.FREED)
    taken = backups.last(settings.var_dir)
    found["backup_age_seconds"] = (now - taken).total_seconds() if taken else -1.0
    found |= request.app.ctx.knowledge.files.figures(now)
    found["ready"] = float(not await what_is_missing(request))
    for name, value in found.items():
        held.gauges[name].set(value)
    for program, age in beats.items():
        held.beats.labels(program).set(age)
    return raw(held.text(), content_type=CONTENT_TYPE_LATEST)


def _of_the_machine(database: Database, var: Path) -> dict[str, float]:
    disk = shutil.disk_usage(var if var.exists() else Path.cwd())
    wal = Path(f"{database.engine.url.database}-wal") if database.is_sqlite else None
    return {
        "pool_checked_out": float(getattr(database.engine.pool, "checkedout", int)()),
        "wal_bytes": float(os.path.getsize(wal)) if wal and wal.exists() else 0.0,
        "disk_free_ratio": disk.free / disk.total,
        "log_lines_dropped": float(SPILLWAY.dropped),
    }
