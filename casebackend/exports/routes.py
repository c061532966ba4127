"""Exports over the wire. Whoever asks is a person; a service token may only read who took what out of the house."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.guard import route_name
from casebackend.api.exports import AskExport, DecideExport, ExportPage
from casebackend.attachments.wire import AWAY_FROM_US
from casebackend.database import reading, transactional
from casebackend.errors import DomainError
from casebackend.exports import deciding, making, queries, service
from casebackend.exports.model import Export
from casebackend.exports.queries import Box
from casebackend.exports.rules import MEDIA, Format
from casebackend.idempotency import idempotent
from casebackend.paging import limit_of, one_of

bp = Blueprint("exports", url_prefix="/exports")
# These are written down already, with every other refusal of access; the last two are slips and no refusals.
WRITTEN_ELSEWHERE = frozenset({401, 403, 404, 412, 428})

type Handler = Callable[..., Awaitable[Any]]


def refusals_noted(handler: Handler) -> Handler:
    """Goes above `@transactional`: what was refused has been rolled back when it is written down."""

    @wraps(handler)
    async def noted(request: Request, *args: Any, **kwargs: Any) -> Any:
        try:
            return await handler(request, *args, **kwargs)
        except DomainError as error:
            if error.status not in WRITTEN_ELSEWHERE:
                about = str(kwargs.get("export_id") or route_name(request))
                me, now = request.ctx.principal, request.app.ctx.now()
                async with request.app.ctx.database.transaction() as session:
                    await service.refused(session, error.slug, about=about, by=me, now=now)
            raise

    return noted


async def _answer(request: Request, session: AsyncSession, export: Export, status: int = 200) -> HTTPResponse:
    [view] = await queries.views(session, [export], request.ctx.principal, now=request.app.ctx.now())
    response = json(view.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/exports/{export.id}")
    return preconditions.tagged(response, export.version)


@bp.post("/")
@refusals_noted
@transactional
@idempotent
async def ask(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AskExport.model_validate_json(request.body)
    return await _answer(request, session, await asked(request, session, command), status=201)


async def asked(request: Request, session: AsyncSession, command: AskExport) -> Export:
    now = request.app.ctx.now()
    export = await service.ask(session, command, by=request.ctx.principal, now=now)
    await making.at_once(session, export, now=now)
    return export


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: box, cursor, limit."""
    me, now = request.ctx.principal, request.app.ctx.now()
    box, cursor = one_of(Box, request, "box") or Box.MINE, request.args.get("cursor")
    found, following = await queries.page(session, me, box, now=now, cursor=cursor, limit=limit_of(request))
    items = await queries.views(session, found, me, now=now)
    return json(ExportPage(items=items, next=following).model_dump(mode="json"))


@bp.get("/<export_id:uuid>")
@reading
async def export(request: Request, session: AsyncSession, export_id: UUID) -> HTTPResponse:
    found = await service.found(session, export_id, request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, found)


@bp.post("/<export_id:uuid>/decision")
@refusals_noted
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, export_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = DecideExport.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    found = await service.found(session, export_id, me, now=now, to_change=True)
    preconditions.require(read, found.version)
    await deciding.decide(session, found, command, by=me, now=now)
    return await _answer(request, session, found)


@bp.get("/<export_id:uuid>/file")
@refusals_noted
async def file(request: Request, export_id: UUID) -> None:
    await download(request, export_id)


async def download(request: Request, export_id: UUID) -> None:
    """The line of the audit is committed before the first byte leaves; the whole file is checked before as well."""
    me, now = request.ctx.principal, request.app.ctx.now()
    async with request.app.ctx.database.transaction() as session:
        found, content = await service.handed_out(session, export_id, by=me, now=now)
    await content.require_whole()
    plain, name = f"{found.number}.{found.format}", service.name_of(found)
    headers = AWAY_FROM_US | {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(content.size),
    }
    response: Any = await request.respond(headers=headers, content_type=MEDIA[Format(found.format)])
    async for piece in content.pieces():
        await response.send(piece)
    await response.eof()
