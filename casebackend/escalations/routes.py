from collections.abc import Sequence

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.escalations import UrgeCase, UrgePage, UrgeView
from casebackend.cases.model import Case
from casebackend.cases.service import visible
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.escalations import service
from casebackend.escalations.model import Urge
from casebackend.idempotency import idempotent
from casebackend.paging import cut

bp = Blueprint("escalations", url_prefix="/cases")


@bp.post("/<reference:str>/urges")
@transactional
@idempotent
async def urge(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = UrgeCase.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    made = await service.urge(session, reference, command.opinion, by=me, now=now)
    case = await visible(session, me, reference)
    return json((await _views(session, case, [made]))[0].model_dump(mode="json"), status=201)


@bp.get("/<reference:str>/urges")
@reading
async def urges(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    found, following = cut(request, await service.urges_of(session, case.id), lambda urge: urge.id)
    return json(UrgePage(items=await _views(session, case, found), next=following).model_dump(mode="json"))


async def _views(session: AsyncSession, case: Case, urges: Sequence[Urge]) -> list[UrgeView]:
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return [
        UrgeView(
            id=each.id,
            number=case.number,
            count=each.count,
            actor_name=each.actor_name,
            opinion=customers.rendered(each.opinion, masks),
            at=each.at,
        )
        for each in urges
    ]
