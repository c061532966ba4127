import base64
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.evidence import AddEvidence
from casebackend.cases import attaching, enclosing
from casebackend.cases.around_routes import download
from casebackend.cases.hearing import left_out
from casebackend.cases.rules import TERMINAL, Status
from casebackend.cases.service import visible
from casebackend.console.fragments import section
from casebackend.console.rendering import console, form_of, go
from casebackend.conversations.model import Message
from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.evidence.rules import LABELS

bp = console("evidence")
NEWEST, SHOWN = 50, 60


@bp.get("/cases/<reference:str>/evidence")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    hidden = await left_out(session, request.ctx.principal, case.conversation_id)
    found = await session.scalars(
        select(Message)
        .where(Message.conversation_id == case.conversation_id)
        .order_by(Message.seq.desc())
        .limit(NEWEST)
    )
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return section(
        request,
        "_evidence.html",
        number=case.number,
        heading="证据材料",
        pieces=(await attaching.listed(session, case)).items,
        kinds=LABELS,
        files={str(each.id): each.name for each in (await enclosing.listed(session, case)).items},
        messages={
            str(each.id): f"{each.seq} {codes.pickup_hidden(customers.rendered(each.text, masks))[:SHOWN]}"
            for each in found
            if each.seq not in hidden
        },
        may_add=Status(case.status) not in TERMINAL,
    )


@bp.post("/cases/<reference:str>/evidence")
@transactional
async def add(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    sent = request.files.get("file") if request.files else None
    content = base64.b64encode(sent.body).decode() if sent is not None and sent.body else None
    given = {
        name: form[name].strip()
        for name in ("kind", "title", "source", "message_id", "attachment_id")
        if form.get(name)
    }
    command = AddEvidence.model_validate(given | {"content_base64": content})
    await attaching.add(session, case.id, command, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#evidence")


@bp.get("/cases/<reference:str>/evidence/<evidence_id:uuid>/file")
async def file(request: Request, reference: str, evidence_id: UUID) -> None:
    await download(request, reference, evidence_id)
