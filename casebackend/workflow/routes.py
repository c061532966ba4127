from datetime import date

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.limits import Duties, DutyView, GiveDuty, ProfileUses, ProfileUseView, UseProfile
from casebackend.calendar.rules import local_date
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.organisations.queries import tree
from casebackend.workflow import duties, queries, service

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


@bp.get("/duties")
@reading
async def duty_holders(request: Request, session: AsyncSession) -> HTTPResponse:
    view = await duties_view(session, local_date(request.app.ctx.now()))
    return json(view.model_dump(mode="json"))


async def duties_view(session: AsyncSession, today: date) -> Duties:
    units, names = (await tree(session)).units, service.duty_names()
    return Duties(
        duties=names,
        holders=[
            DutyView(
                duty=each.duty,
                label=names.get(each.duty, each.duty),
                unit_id=each.unit_id,
                unit=units[each.unit_id].name,
                effective_from=each.effective_from,
            )
            for each in await queries.holders(session)
        ],
        unheld=await duties.unheld(session, names, today),
    )


@bp.post("/duties")
@transactional
@idempotent
async def give_duty(request: Request, session: AsyncSession) -> HTTPResponse:
    command = GiveDuty.model_validate_json(request.body)
    now = request.app.ctx.now()
    await duties.give(session, command, service.duty_names(), by=request.ctx.principal, now=now)
    return json((await duties_view(session, local_date(now))).model_dump(mode="json"), status=201)


@bp.post("/uses")
@transactional
@idempotent
async def use(request: Request, session: AsyncSession) -> HTTPResponse:
    command = UseProfile.model_validate_json(request.body)
    await service.use_profile(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json((await uses_view(session)).model_dump(mode="json"), status=201)
