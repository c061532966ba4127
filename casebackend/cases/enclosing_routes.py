"""Files of a case over the wire: taken in as a stream, given out to be saved and never to be shown in our pages."""

from typing import Any
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json, raw
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.attachments import AttachmentView, RemoveAttachment
from casebackend.attachments import jobs, service
from casebackend.attachments.errors import AttachmentNotFound, NoPreview, UploadMalformed
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Receiver, Upload, require_room
from casebackend.attachments.rules import Kind
from casebackend.attachments.wire import AWAY_FROM_US, announced, as_body, hand_out, pieces_of
from casebackend.cases import enclosing
from casebackend.cases.enclosing import Adding
from casebackend.cases.model import Case
from casebackend.cases.service import visible
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.failpoints import failpoint
from casebackend.idempotency import idempotent, marked_like
from casebackend.paging import cut

bp = Blueprint("attachments")
BY_HAND = frozenset({Kind.FILE, Kind.REGULATOR})


async def taken(request: Request, reference: str) -> Upload:
    """Who may add what is asked first; only then the body is read, to the disk."""
    admit = await _admitted(request, reference)
    return await admit.multipart(pieces_of(request), request.headers.get("content-type", ""))


async def _admitted(request: Request, reference: str) -> Receiver:
    async with request.app.ctx.database.reading() as session:
        case = await visible(session, request.ctx.principal, reference)
        await enclosing.require_may_add(session, case, request.ctx.principal)
        store, limits = service.store_of(session), enclosing.limits_of(session)
    require_room(store, limits, announced(request))
    return Receiver(store, limits)


async def kept(session: AsyncSession, case: Case, upload: Upload, request: Request) -> list[Attachment]:
    if not upload.files:
        raise UploadMalformed
    kind = upload.fields.get("kind") or Kind.FILE
    if kind not in BY_HAND:
        raise UploadMalformed
    me, now = request.ctx.principal, request.app.ctx.now()
    return await enclosing.add(session, case.id, upload.files, Adding(Kind(kind)), principal=me, now=now)


@idempotent
async def _keep(request: Request, session: AsyncSession, reference: str, upload: Upload) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    added = await kept(session, case, upload, request)
    answer = await enclosing.viewed(session, case, added)
    return json(answer.model_dump(mode="json"), status=201)


_kept_once: Any = transactional(_keep)


@bp.post("/cases/<reference:str>/attachments", stream=True)
@marked_like(_keep)
async def add(request: Request, reference: str) -> HTTPResponse:
    upload = await taken(request, reference)
    as_body(request, upload)
    response: HTTPResponse = await _kept_once(request, reference, upload)
    await failpoint("attachment.after_commit")
    return response


@bp.get("/cases/<reference:str>/attachments")
@reading
async def of_case_attachments(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    found = await enclosing.listed(session, case)
    shown, following = cut(request, found.items, lambda each: each.id)
    return json(found.model_copy(update={"items": shown, "next": following}).model_dump(mode="json"))


async def _view(session: AsyncSession, case: Case, attachment: Attachment) -> AttachmentView:
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return enclosing.view(session, attachment, masks)


@bp.get("/cases/<reference:str>/attachments/<attachment_id:uuid>")
@reading
async def attachment(request: Request, session: AsyncSession, reference: str, attachment_id: UUID) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    found = await enclosing.visible(session, case, attachment_id)
    view = await _view(session, case, found)
    return preconditions.tagged(json(view.model_dump(mode="json")), found.version)


@bp.post("/cases/<reference:str>/attachments/<attachment_id:uuid>/removal")
@transactional
@preconditions.conditional
async def remove(request: Request, session: AsyncSession, reference: str, attachment_id: UUID) -> HTTPResponse:
    """Out of sight with a reason; the file is kept as long as the law wants it."""
    case = await visible(session, request.ctx.principal, reference)
    found = await enclosing.visible(session, case, attachment_id)
    preconditions.require(preconditions.wanted(request), found.version)
    reason = RemoveAttachment.model_validate_json(request.body).reason
    me, now = request.ctx.principal, request.app.ctx.now()
    await enclosing.remove(session, case, attachment_id, reason, principal=me, now=now)
    view = await _view(session, case, found)
    return preconditions.tagged(json(view.model_dump(mode="json")), found.version)


@bp.get("/cases/<reference:str>/attachments/<attachment_id:uuid>/file")
async def file(request: Request, reference: str, attachment_id: UUID) -> None:
    await download(request, reference, attachment_id)


async def download(request: Request, reference: str, attachment_id: UUID) -> None:
    """The line of the audit is committed before the first byte leaves."""
    me, now = request.ctx.principal, request.app.ctx.now()
    async with request.app.ctx.database.transaction() as session:
        case = await visible(session, me, reference)
        found = await enclosing.visible(session, case, attachment_id)
        if found.kind == Kind.RECORDING:
            raise AttachmentNotFound
        found, content = await enclosing.opened(session, case, attachment_id, principal=me, now=now)
        name = (await _view(session, case, found)).name
    await hand_out(request, found, content, name)


@bp.get("/cases/<reference:str>/attachments/<attachment_id:uuid>/preview")
@reading
async def preview(request: Request, session: AsyncSession, reference: str, attachment_id: UUID) -> HTTPResponse:
    return await small_picture(request, session, reference, attachment_id)


async def small_picture(request: Request, session: AsyncSession, reference: str, attachment_id: UUID) -> HTTPResponse:
    """Made anew from the pixels by us, so it may be shown; of nothing else there is any."""
    case = await visible(session, request.ctx.principal, reference)
    found = await enclosing.visible(session, case, attachment_id)
    service.openable(session, found)
    opened = jobs.preview_of(session, found)
    if opened is None:
        raise NoPreview
    with opened:
        content = opened.read()
    headers = AWAY_FROM_US | {"Cache-Control": "private, max-age=300"}
    return raw(content, headers=headers, content_type="image/jpeg")
