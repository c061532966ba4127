"""Papers of a version over the wire."""

from typing import Any
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.article_files import ArticleFiles, RemoveArticleFile
from casebackend.attachments.errors import UploadMalformed
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Receiver, Upload, require_room
from casebackend.attachments.service import store_of
from casebackend.attachments.wire import announced, as_body, hand_out, pieces_of
from casebackend.curation import enclosing, queries
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent, marked_like
from casebackend.paging import cut

bp = Blueprint("article_files", url_prefix="/curation")
AT = "/articles/<article_id:str>/<number:int>/files"


async def taken(request: Request, article_id: str, number: int) -> Upload:
    """Who may add what is asked first; only then the body is read, to the disk."""
    async with request.app.ctx.database.reading() as session:
        row = await queries.version(session, article_id, number)
        await enclosing.require_may_change(session, row, request.ctx.principal)
        store, limits = store_of(session), enclosing.limits_of(session)
    require_room(store, limits, announced(request))
    receiver = Receiver(store, limits)
    return await receiver.multipart(pieces_of(request), request.headers.get("content-type", ""))


async def kept(
    request: Request, session: AsyncSession, article_id: str, number: int, upload: Upload
) -> list[Attachment]:
    if not upload.files:
        raise UploadMalformed
    row = await queries.hold(session, article_id, number)
    return await enclosing.add(session, row, upload.files, by=request.ctx.principal, now=request.app.ctx.now())


@idempotent
async def _keep(request: Request, session: AsyncSession, article_id: str, number: int, upload: Upload) -> HTTPResponse:
    added = await kept(request, session, article_id, number, upload)
    answer = ArticleFiles(items=[enclosing.view(session, each) for each in added])
    return json(answer.model_dump(mode="json"), status=201)


_kept_once: Any = transactional(_keep)


@bp.post(AT, stream=True)
@marked_like(_keep)
async def add(request: Request, article_id: str, number: int) -> HTTPResponse:
    upload = await taken(request, article_id, number)
    as_body(request, upload)
    response: HTTPResponse = await _kept_once(request, article_id, number, upload)
    return response


@bp.get(AT)
@reading
async def listing(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    row = await queries.version(session, article_id, number)
    items = [enclosing.view(session, each) for each in await enclosing.listed(session, row)]
    shown, following = cut(request, items, lambda each: each.id)
    return json(ArticleFiles(items=shown, next=following).model_dump(mode="json"))


@bp.get(f"{AT}/<attachment_id:uuid>/file")
async def file(request: Request, article_id: str, number: int, attachment_id: UUID) -> None:
    await download(request, article_id, number, attachment_id)


async def download(request: Request, article_id: str, number: int, attachment_id: UUID) -> None:
    """The line of the audit is committed before the first byte leaves."""
    me, now = request.ctx.principal, request.app.ctx.now()
    async with request.app.ctx.database.transaction() as session:
        row = await queries.version(session, article_id, number)
        found, content = await enclosing.opened(session, row, attachment_id, by=me, now=now)
    await hand_out(request, found, content, found.name)


@bp.post(f"{AT}/<attachment_id:uuid>/removal")
@transactional
@preconditions.conditional
async def remove(
    request: Request, session: AsyncSession, article_id: str, number: int, attachment_id: UUID
) -> HTTPResponse:
    """Out of sight with a reason, while the version is written."""
    row = await queries.hold(session, article_id, number)
    found = await enclosing.visible(session, row, attachment_id)
    preconditions.require(preconditions.wanted(request), found.version)
    reason = RemoveArticleFile.model_validate_json(request.body).reason
    await enclosing.remove(session, row, found, reason, by=request.ctx.principal, now=request.app.ctx.now())
    answer = enclosing.view(session, found)
    return preconditions.tagged(json(answer.model_dump(mode="json")), found.version)
