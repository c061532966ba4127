from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.replies import (
    DecideReply,
    OwnReplyPage,
    RetireReply,
    TeamReplyPage,
    UsedReply,
    UseReply,
    WriteReply,
)
from casebackend.assist.facts import newest_case
from casebackend.cases.service import visible as visible_case
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import BadFilter, limit_of, one_of
from casebackend.replies import offering, own, queries, team, uses
from casebackend.replies.model import CannedReply
from casebackend.replies.queries import Box
from casebackend.replies.rules import LONGEST_FILTER

own_bp = Blueprint("own_replies")
team_bp = Blueprint("team_replies")
bp = Blueprint("replies")


async def _own(session: AsyncSession, reply: CannedReply, status: int = 200) -> HTTPResponse:
    response = json((await queries.own_view(session, reply)).model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/own-replies/{reply.id}")
    return preconditions.tagged(response, reply.row_version)


@own_bp.get("/own-replies")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = await queries.own(
        session, request.ctx.principal, cursor=request.args.get("cursor"), limit=limit_of(request)
    )
    items = await queries.own_views(session, found)
    return json(OwnReplyPage(items=items, next=following).model_dump(mode="json"))


@own_bp.post("/own-replies")
@transactional
@idempotent
async def write(request: Request, session: AsyncSession) -> HTTPResponse:
    command = WriteReply.model_validate_json(request.body)
    reply = await own.write(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return await _own(session, reply, 201)


@own_bp.get("/own-replies/<own_reply_id:uuid>")
@reading
async def reply(request: Request, session: AsyncSession, own_reply_id: UUID) -> HTTPResponse:
    return await _own(session, await own.mine(session, own_reply_id, request.ctx.principal))


@own_bp.put("/own-replies/<own_reply_id:uuid>")
@transactional
@preconditions.conditional
async def change(request: Request, session: AsyncSession, own_reply_id: UUID) -> HTTPResponse:
    command = WriteReply.model_validate_json(request.body)
    me = request.ctx.principal
    found = await own.held(session, own_reply_id, me)
    preconditions.require(preconditions.wanted(request), found.row_version)
    await own.change(session, found, command, by=me, now=request.app.ctx.now())
    return await _own(session, found)


@own_bp.delete("/own-replies/<own_reply_id:uuid>")
@transactional
@preconditions.conditional
async def drop(request: Request, session: AsyncSession, own_reply_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    found = await own.held(session, own_reply_id, me)
    preconditions.require(preconditions.wanted(request), found.row_version)
    await own.drop(session, found, by=me, now=request.app.ctx.now())
    return empty()


async def _team(session: AsyncSession, reply: CannedReply, status: int = 200) -> HTTPResponse:
    response = json((await queries.team_view(session, reply)).model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/team-replies/{reply.id}")
    return preconditions.tagged(response, reply.row_version)


@team_bp.get("/team-replies", name="listing")
@reading
async def team_listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state (in_use, waiting, refused, retired), cursor, limit."""
    found, following = await queries.of_units(
        session,
        request.ctx.principal,
        box=one_of(Box, request, "state"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    items = await queries.team_views(session, found)
    return json(TeamReplyPage(items=items, next=following).model_dump(mode="json"))


@team_bp.post("/team-replies")
@transactional
@idempotent
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    command = WriteReply.model_validate_json(request.body)
    found = await team.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return await _team(session, found, 201)


@team_bp.get("/team-replies/<team_reply_id:uuid>", name="reply")
@reading
async def team_reply(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    return await _team(session, await team.visible(session, team_reply_id, request.ctx.principal))


@team_bp.put("/team-replies/<team_reply_id:uuid>")
@transactional
@preconditions.conditional
async def propose_change(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    command = WriteReply.model_validate_json(request.body)
    me = request.ctx.principal
    found = await team.visible(session, team_reply_id, me, hold=True)
    preconditions.require(preconditions.wanted(request), found.row_version)
    await team.propose_change(session, found, command, by=me, now=request.app.ctx.now())
    return await _team(session, found)


@team_bp.post("/team-replies/<team_reply_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    command = DecideReply.model_validate_json(request.body)
    me = request.ctx.principal
    found = await team.led(session, team_reply_id, me)
    preconditions.require(preconditions.wanted(request), found.row_version)
    await team.decide(session, found, command, by=me, now=request.app.ctx.now())
    return await _team(session, found)


@team_bp.post("/team-replies/<team_reply_id:uuid>/retirement")
@transactional
@preconditions.conditional
async def retire(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    command = RetireReply.model_validate_json(request.body)
    me = request.ctx.principal
    found = await team.led(session, team_reply_id, me)
    preconditions.require(preconditions.wanted(request), found.row_version)
    await team.retire(session, found, command.reason, by=me, now=request.app.ctx.now())
    return await _team(session, found)


@bp.get("/conversations/<conversation_id:uuid>/replies")
@reading
async def offered(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """Filters: q as it is typed; case: the number of the case that is open, where there are several."""
    me, now = request.ctx.principal, request.app.ctx.now()
    await offering.require_seen(session, conversation_id, me)
    wanted, number = str(request.args.get("q") or ""), str(request.args.get("case") or "")
    if len(wanted) > LONGEST_FILTER:
        raise BadFilter("q")
    case = await visible_case(session, me, number) if number else await newest_case(session, me, conversation_id)
    if case is not None and case.conversation_id != conversation_id:
        raise BadFilter("case")
    found = await offering.offered(session, case, wanted=wanted, by=me, now=now)
    return json(found.model_dump(mode="json"))


@bp.post("/conversations/<conversation_id:uuid>/reply-uses")
@transactional
@idempotent
async def used(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = UseReply.model_validate_json(request.body)
    me = request.ctx.principal
    await offering.require_seen(session, conversation_id, me)
    use = await uses.inserted(session, conversation_id, command, by=me, now=request.app.ctx.now())
    return json(UsedReply(use_id=use.id).model_dump(mode="json"), status=201)
