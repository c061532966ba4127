from urllib.parse import unquote
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.attachments import ClaimMedia, MediaDutyView, MediaKept, MediaLost
from casebackend.api.conversations import OpenConversation
from casebackend.attachments import service as attachments
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Received, Receiver, require_room
from casebackend.attachments.wire import announced, pieces_of
from casebackend.conversations import fetching, media
from casebackend.database import transactional
from casebackend.failpoints import failpoint

bp = Blueprint("media")


@bp.post("/inbox/media", stream=True)
async def keep(request: Request) -> HTTPResponse:
    """The whole body is one file. `X-Channel` and `X-Sender` say whose; `X-File-Name` is percent-encoded UTF-8."""
    whose = OpenConversation.model_validate(
        {"channel": request.headers.get("x-channel"), "sender": unquote(request.headers.get("x-sender", ""))}
    )
    response: HTTPResponse = await _kept(request, whose, await _received(request))
    await failpoint("attachment.after_commit")
    return response


async def _received(request: Request) -> Received:
    async with request.app.ctx.database.reading() as session:
        store, limits = attachments.store_of(session), media.limits_of(session)
    require_room(store, limits, announced(request))
    return await Receiver(store, limits).raw(pieces_of(request), unquote(request.headers.get("x-file-name", "")))


@transactional
async def _kept(request: Request, session: AsyncSession, whose: OpenConversation, file: Received) -> HTTPResponse:
    now = request.app.ctx.now()
    kept = await media.keep(session, file, channel=whose.channel, sender=whose.sender, now=now)
    return _answer(kept)


def _answer(kept: Attachment) -> HTTPResponse:
    view = MediaKept(
        reference=f"{media.PREFIX}{kept.id}", content_type=kept.content_type, size=kept.size, sha256=kept.sha256
    )
    return json(view.model_dump(mode="json"), status=201)


@bp.post("/inbox/media/claim")
@transactional
async def claim(request: Request, session: AsyncSession) -> HTTPResponse:
    """The next medium that its platform still keeps and we do not."""
    channel = ClaimMedia.model_validate_json(request.body).channel
    duty = await fetching.claim(session, channel, now=request.app.ctx.now())
    if duty is None:
        return empty()
    return json(MediaDutyView.model_validate(duty).model_dump(mode="json"))


@bp.post("/inbox/media/<media_id:uuid>/content", stream=True)
async def content(request: Request, media_id: UUID) -> HTTPResponse:
    response: HTTPResponse = await _fetched(request, media_id, await _received(request))
    return response


@transactional
async def _fetched(request: Request, session: AsyncSession, media_id: UUID, file: Received) -> HTTPResponse:
    return _answer(await fetching.fetched(session, media_id, file, now=request.app.ctx.now()))


@bp.post("/inbox/media/<media_id:uuid>/failed")
@transactional
async def failed(request: Request, session: AsyncSession, media_id: UUID) -> HTTPResponse:
    lost = MediaLost.model_validate_json(request.body)
    await fetching.failed(session, media_id, for_good=lost.for_good, now=request.app.ctx.now())
    return empty()
