from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.limits import ProfileUses, ProfileUseView, UseProfile
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.organisations.queries import tree
from casebackend.workflow import queries, service

bp = Blueprint("profiles", url_prefix="/profiles")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    return json((await uses_view(session)).model_dump(mode="json"))


async def uses_view(session: AsyncSession) -> ProfileUses:
    units = (await tree(session)).units
    return ProfileUses(
        profiles=service.profile_names(),
        uses=[
            ProfileUseView(
                unit_id=use.unit_id,
                unit=units[use.unit_id].name,
                profile=use.profile,
                effective_from=use.effective_from,
            )
            for use in await queries.uses(session)
        ],
    )


@bp.post("/uses")
@transactional
@idempotent
async def use(request: Request, session: AsyncSession) -> HTTPResponse:
    command = UseProfile.model_validate_json(request.body)
    await service.use_profile(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json((await uses_view(session)).model_dump(mode="json"), status=201)
