from typing import Any
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments import service as files
from casebackend.attachments.allowlist import allowed, is_audio
from casebackend.attachments.receiving import Received, Receiver, require_room
from casebackend.attachments.wire import AWAY_FROM_US, announced, pieces_of
from casebackend.cases import enclosing
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.paging import count, cut, one_of
from casebackend.recordings import service
from casebackend.recordings.rules import NotThere, part_of

bp = Blueprint("recordings")
SOUNDS = frozenset(each.type for each in allowed() if is_audio(each.type))


@bp.post("/calls/<call_id:uuid>/recording", stream=True)
async def keep(request: Request, call_id: UUID) -> HTTPResponse:
    """The whole body is the recording. Sent again it is the one that we have."""
    duration = one_of(count, request, "duration_ms")
    received = await _received(request)
    response: HTTPResponse = await _kept(request, call_id, received, duration)
    return response


async def _received(request: Request) -> Received:
    async with request.app.ctx.database.reading() as session:
        store, limits = files.store_of(session), enclosing.limits_of(session)
    require_room(store, limits, announced(request))
    return await Receiver(store, limits, within=SOUNDS).raw(pieces_of(request), service.NAME)


@transactional
async def _kept(
    request: Request, session: AsyncSession, call_id: UUID, received: Received, duration: int | None
) -> HTTPResponse:
    kept = await service.keep(
        session, call_id, received, duration_ms=duration, by_name="通话系统", now=request.app.ctx.now()
    )
    return json(kept.model_dump(mode="json"), status=201)


@bp.get("/cases/<reference:str>/recordings")
@reading
async def of_case_recordings(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    found = await service.listed(session, case, me, now=request.app.ctx.now())
    shown, following = cut(request, found.items, lambda each: each.attachment.id)
    return json(found.model_copy(update={"items": shown, "next": following}).model_dump(mode="json"))


@bp.get("/cases/<reference:str>/recordings/<attachment_id:uuid>/audio")
async def audio(request: Request, reference: str, attachment_id: UUID) -> HTTPResponse | None:
    return await play(request, reference, attachment_id)


async def play(request: Request, reference: str, attachment_id: UUID) -> HTTPResponse | None:
    """The line of the audit is committed before the first sound."""
    me, now = request.ctx.principal, request.app.ctx.now()
    async with request.app.ctx.database.transaction() as session:
        case = await visible(session, me, reference)
        attachment, content = await service.opened(session, case, attachment_id, principal=me, now=now)
    headers = AWAY_FROM_US | {"Accept-Ranges": "bytes", "Content-Disposition": "inline"}
    try:
        part = part_of(request.headers.get("range"), content.size)
    except NotThere:
        return HTTPResponse(status=416, headers=headers | {"Content-Range": f"bytes */{content.size}"})
    start, end = (part.start, part.end) if part else (0, content.size)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    response: Any = await request.respond(
        status=206 if part else 200, headers=headers, content_type=attachment.content_type
    )
    async for piece in content.pieces(start, end):
        await response.send(piece)
    await response.eof()
    return None
