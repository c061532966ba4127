"""Live: this process answers. Ready: the whole chain from the customer to the database can work."""

import asyncio
from dataclasses import asdict
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.exc import SQLAlchemyError

from casebackend.heartbeats import queries, service
from casebackend.heartbeats.rules import Missing, missing
from casebackend.logging import why_no_log
from casebackend.reserve import State, reserve_of

bp = Blueprint("health", url_prefix="/health")
PATIENCE_SECONDS = 5


@bp.get("/live")
async def live(_: Request) -> HTTPResponse:
    return json({"live": True})


@bp.get("/ready")
async def ready(request: Request) -> HTTPResponse:
    found = await what_is_missing(request)
    body: dict[str, Any] = {"ready": not found, "missing": [asdict(entry) for entry in found]}
    less = what_is_reduced(request)
    if less:
        body["reduced"] = [asdict(entry) for entry in less]
    return json(body, status=503 if found else 200)


def what_is_reduced(request: Request) -> list[Missing]:
    """What goes on with less, and since when: nobody has to wait for it."""
    why = request.app.ctx.knowledge.files.reduced(request.app.ctx.now())
    return [Missing("knowledge", why)] if why else []


async def what_is_missing(request: Request) -> list[Missing]:
    now = request.app.ctx.now()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), request.app.ctx.database.transaction() as session:
            await service.beat(session, program="casebackend", instance="web", ready=True, why=None, now=now)
            found = missing(await queries.beats(session), now=now)
    except (SQLAlchemyError, OSError):
        found = [Missing("database", "数据库不可写")]
    why = None if found and found[0].program == "database" else await request.app.ctx.knowledge.why_unusable()
    if why:
        found = [Missing("knowledge", why), *found]
    unwritten = why_no_log()
    found = [*found, Missing("logs", unwritten)] if unwritten else found
    held = await asyncio.to_thread(reserve_of(request.app.ctx.settings).looked_after)
    return [*found, Missing("disk", "磁盘已满，备用空间已释放")] if held is State.FREED else found
