from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.registration import ForCoding, Register, SavedDraftPage
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut
from casebackend.registration import coding, drafts, pooling
from casebackend.registration.asking import core_first, of_draft
from casebackend.registration.routes import made
from casebackend.registration.service import register

bp = Blueprint("registrations", url_prefix="/registrations")


@bp.post("/")
@transactional
@idempotent
async def save(request: Request, session: AsyncSession) -> HTTPResponse:
    command = Register.model_validate_json(request.body)
    saved = await drafts.save(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    response = preconditions.placed(
        json(drafts.row(saved).model_dump(mode="json"), status=201), f"/registrations/{saved.id}"
    )
    return preconditions.tagged(response, saved.version)


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = cut(request, await drafts.own(session, request.ctx.principal), lambda saved: saved.id)
    answer = SavedDraftPage(items=[drafts.row(saved) for saved in found], next=following)
    return json(answer.model_dump(mode="json"))


@bp.get("/pool")
@reading
async def pool(request: Request, session: AsyncSession) -> HTTPResponse:
    """Begun by colleagues who have left."""
    found, following = cut(request, await pooling.pooled(session, request.ctx.principal), lambda saved: saved.id)
    answer = SavedDraftPage(items=[drafts.row(saved) for saved in found], next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/<registration_id:uuid>/taking")
@transactional
@idempotent
async def take(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    saved = await pooling.take(session, registration_id, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.tagged(json(drafts.row(saved).model_dump(mode="json"), status=201), saved.version)


@bp.get("/<registration_id:uuid>")
@reading
async def draft(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    saved = await drafts.mine(session, request.ctx.principal, registration_id)
    content = drafts.opened(session, saved)
    return preconditions.tagged(json(content.model_dump(mode="json")), saved.version)


@bp.put("/<registration_id:uuid>")
@transactional
@preconditions.conditional
async def change(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = Register.model_validate_json(request.body)
    saved = await drafts.held(session, request.ctx.principal, registration_id)
    preconditions.require(read, saved.version)
    await drafts.change(session, saved, command, now=request.app.ctx.now())
    return preconditions.tagged(json(drafts.row(saved).model_dump(mode="json")), saved.version)


@bp.delete("/<registration_id:uuid>")
@transactional
@preconditions.conditional
async def reset(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    saved = await drafts.held(session, request.ctx.principal, registration_id)
    preconditions.require(read, saved.version)
    await drafts.reset(session, saved, by=request.ctx.principal, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@bp.post("/<registration_id:uuid>/submit")
@core_first(of_draft)
@transactional
@idempotent
@preconditions.conditional
async def submit(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    """提交复核: what was put aside becomes a case."""
    read = preconditions.wanted(request)
    me, now = request.ctx.principal, request.app.ctx.now()
    saved = await drafts.held(session, me, registration_id)
    preconditions.require(read, saved.version)
    command = drafts.opened(session, saved).content
    case = await register(session, command, by=me, now=now, saved=saved)
    return made(case, command)


@bp.post("/coding")
@reading
async def suggested(request: Request, session: AsyncSession) -> HTTPResponse:
    """Which classes the text suggests, with how sure that is."""
    command = ForCoding.model_validate_json(request.body)
    found = await coding.suggestions(session, command.text)
    return json([each.model_dump(mode="json") for each in found])
