from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist import intake
from casebackend.console import labels
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.talks import talk_values, visible
from casebackend.conversations import queries as conversations
from casebackend.database import reading, transactional
from casebackend.drafts import queries
from casebackend.drafts.errors import NoDraft
from casebackend.drafts.rules import LABELS, MAY_BE_REFUSED, MAY_BE_UNKNOWN, Field
from casebackend.errors import BadRequest
from casebackend.organisations.queries import all_names

bp = console("drafts")


@bp.get("/drafts")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Complaints that were begun and not confirmed: by calls, by chat. Those to be called back stand first."""
    now = request.app.ctx.now()
    found = await intake.open_drafts(session, request.ctx.principal)
    rows = [(draft, await queries.view(session, draft), queries.to_call_back(draft, now)) for draft in found]
    rows.sort(key=lambda row: not row[2])
    return page(request, "drafts.html", rows=rows, labels=labels, names=LABELS)


@bp.get("/drafts/<conversation_id:uuid>")
@reading
async def show(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    conversation = await visible(session, request.ctx.principal, conversation_id)
    draft = await queries.open_draft(session, conversation_id)
    if draft is None:
        raise NoDraft
    said = await conversations.messages_after(session, conversation_id, 0)
    return page(
        request,
        "draft.html",
        **await talk_values(session, conversation, request.ctx.principal),
        draft=draft,
        view=await queries.view(session, draft),
        numbers={message.id: message.seq for message in said},
        units=[unit.name for unit in await all_names(session)],
        names=LABELS,
        not_told={name: "不提供" for name in MAY_BE_REFUSED} | {name: "不清楚" for name in MAY_BE_UNKNOWN},
    )


@bp.post("/drafts/<conversation_id:uuid>/fields")
@transactional
async def change(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """Confirms a field, or writes it anew when `value` is given."""
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    await visible(session, me, conversation_id)
    if form.get("name") not in set(Field):
        raise BadRequest("没有这个字段")
    name = Field(form["name"])
    if form.get("value", "").strip():
        await intake.correct(session, conversation_id, name, form["value"], by=me, now=now)
    else:
        await intake.confirm(session, conversation_id, name, by=me, now=now)
    return go(request, f"/drafts/{conversation_id}")


@bp.post("/drafts/<conversation_id:uuid>/register")
@transactional
async def register(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    await visible(session, me, conversation_id)
    case = await intake.register(session, conversation_id, by=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}?done=submit")
