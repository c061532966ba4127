"""常用语: one's own and the unit's on pages of their own, and the list beside an answer, filled from the case."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.replies import DecideReply, RetireReply, UsedReply, UseReply, WriteReply
from casebackend.assist.facts import newest_case
from casebackend.assist.wording import VARIABLES
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.console.suggestions import case_of
from casebackend.curation import queries as curation
from casebackend.curation.errors import ArticleUnknown
from casebackend.curation.rules import ArticleStatus
from casebackend.database import reading, transactional
from casebackend.paging import count, one_of
from casebackend.replies import offering, own, queries, team, uses
from casebackend.replies.queries import Box
from casebackend.replies.rules import LONGEST_FILTER, LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE
from knowledge.articles import Audience

bp = console("replies")
HERE = "/replies"
OWN = f"{HERE}/own/<own_reply_id:uuid>"
TEAM = f"{HERE}/team/<team_reply_id:uuid>"
AT = "/console/conversations/<conversation_id:uuid>"
ROWS = 30
BOXES = {Box.IN_USE: "使用中", Box.WAITING: "待审批", Box.REFUSED: "未通过", Box.RETIRED: "已停用"}
TONES = {"proposed": "wait", "in_use": "good", "refused": "bad", "retired": "done",
         "approved": "good", "withdrawn": "done"}  # fmt: skip
SHARED: dict[str, Any] = {
    "variables": VARIABLES, "tones": TONES, "longest_title": LONGEST_TITLE, "longest_text": LONGEST_TEXT,
    "longest_reason": LONGEST_REASON,
}  # fmt: skip


def _written(request: Request) -> WriteReply:
    given = given_in(form_of(request), "title", "text", "article_id", "article_version")
    if "article_version" not in given:  # the box that says it was compared again stayed empty
        given.pop("article_id", None)
    return WriteReply.model_validate(given)


async def _of_entry(request: Request, session: AsyncSession) -> dict[str, Any]:
    """A wording that is begun from an entry: its reply, or its text where customers may read it."""
    article_id, number = str(request.args.get("article") or ""), one_of(count, request, "version")
    if not article_id or not number:
        return {"begun": None}
    row = await curation.version(session, article_id, number)
    if row.status not in (ArticleStatus.PUBLISHED, ArticleStatus.RETIRED):
        raise ArticleUnknown
    return {"begun": row, "begun_text": row.reply or (row.text if row.audience == Audience.EXTERNAL else "")}


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = await queries.own(session, request.ctx.principal, cursor=request.args.get("cursor"), limit=ROWS)
    rows = await queries.own_views(session, found)
    return page(
        request,
        "replies.html",
        rows=rows,
        next=following,
        waiting=await _waiting(request, session),
        **await _of_entry(request, session),
        **SHARED,
    )


@bp.get(f"{HERE}/team", name="team")
@reading
async def team_list(request: Request, session: AsyncSession) -> HTTPResponse:
    """The state stands in the address."""
    box = one_of(Box, request, "state") or Box.IN_USE
    found, following = await queries.of_units(
        session, request.ctx.principal, box=box, cursor=request.args.get("cursor"), limit=ROWS
    )
    return page(
        request,
        "replies_team.html",
        rows=await queries.team_views(session, found),
        next=following,
        state=box.value,
        boxes={each.value: label for each, label in BOXES.items()},
        waiting=await _waiting(request, session),
        **await _of_entry(request, session),
        **SHARED,
    )


async def _waiting(request: Request, session: AsyncSession) -> int:
    return await queries.waiting_for(session, request.ctx.principal)


@bp.post(f"{HERE}/own")
@transactional
async def write(request: Request, session: AsyncSession) -> HTTPResponse:
    await own.write(session, _written(request), by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)


@bp.get(OWN)
@reading
async def own_reply(request: Request, session: AsyncSession, own_reply_id: UUID) -> HTTPResponse:
    found = await own.mine(session, own_reply_id, request.ctx.principal)
    return page(request, "reply.html", row=await queries.own_view(session, found), **SHARED)


@bp.post(OWN)
@transactional
async def change(request: Request, session: AsyncSession, own_reply_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    found = await own.held(session, own_reply_id, me)
    require_version(form_of(request).get("version"), found.row_version)
    await own.change(session, found, _written(request), by=me, now=request.app.ctx.now())
    return go(request, f"{HERE}/own/{own_reply_id}")


@bp.post(f"{OWN}/drop")
@transactional
async def drop(request: Request, session: AsyncSession, own_reply_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    found = await own.held(session, own_reply_id, me)
    require_version(form_of(request).get("version"), found.row_version)
    await own.drop(session, found, by=me, now=request.app.ctx.now())
    return go(request, HERE)


@bp.post(f"{HERE}/team")
@transactional
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    await team.propose(session, _written(request), by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HERE}/team?state={Box.WAITING}")


@bp.get(TEAM)
@reading
async def team_reply(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    found = await team.visible(session, team_reply_id, me)
    row = await queries.team_view(session, found)
    leads = may(request, f"{HERE}/team/{team_reply_id}/decision", "POST") and await team.leads(session, found, me)
    mine = await team.wrote_pending(session, found, me)
    return page(request, "reply_team.html", row=row, leads=leads, mine=mine, **SHARED)


@bp.post(TEAM)
@transactional
async def propose_change(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    found = await team.visible(session, team_reply_id, me, hold=True)
    require_version(form_of(request).get("version"), found.row_version)
    await team.propose_change(session, found, _written(request), by=me, now=request.app.ctx.now())
    return go(request, f"{HERE}/team/{team_reply_id}")


@bp.post(f"{TEAM}/decision")
@transactional
async def decide(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    found = await team.led(session, team_reply_id, me)
    require_version(form.get("version"), found.row_version)
    command = DecideReply.model_validate(given_in(form, "decision", "opinion"))
    await team.decide(session, found, command, by=me, now=request.app.ctx.now())
    return go(request, f"{HERE}/team/{team_reply_id}")


@bp.post(f"{TEAM}/retirement")
@transactional
async def retire(request: Request, session: AsyncSession, team_reply_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    found = await team.led(session, team_reply_id, me)
    require_version(form.get("version"), found.row_version)
    command = RetireReply.model_validate(given_in(form, "reason"))
    await team.retire(session, found, command.reason, by=me, now=request.app.ctx.now())
    return go(request, f"{HERE}/team/{team_reply_id}")


@bp.get(f"{AT}/replies")
@reading
async def offered(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """As it is typed; of a longer filter only its beginning counts."""
    me = request.ctx.principal
    await offering.require_seen(session, conversation_id, me)
    case = await case_of(request, session, conversation_id) or await newest_case(session, me, conversation_id)
    wanted = str(request.args.get("q") or "")[:LONGEST_FILTER]
    found = await offering.offered(session, case, wanted=wanted, by=me, now=request.app.ctx.now())
    return page(request, "_canned_rows.html", found=found, wanted=wanted)


@bp.post(f"{AT}/replies")
@transactional
async def used(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    await offering.require_seen(session, conversation_id, me)
    command = UseReply.model_validate(given_in(form, "reach", "id", "version", "target", "case"))
    use = await uses.inserted(session, conversation_id, command, by=me, now=request.app.ctx.now())
    return json(UsedReply(use_id=use.id).model_dump(mode="json"))
