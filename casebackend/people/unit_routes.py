"""The tree of units."""

from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.organisations import ChangeUnit, CreateUnit, UnitHistory, UnitPage, UnitView
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.organisations import changing, history
from casebackend.organisations.errors import UnitUnknown
from casebackend.organisations.model import Organisation
from casebackend.organisations.rules import local_date
from casebackend.paging import cut
from casebackend.people import restructuring, views

bp = Blueprint("organisations", url_prefix="/units")


async def _unit(session: AsyncSession, unit_id: UUID) -> Organisation:
    unit = await session.get(Organisation, unit_id)
    if unit is None:
        raise UnitUnknown
    return unit


def _answer(view: UnitView, status: int = 200) -> HTTPResponse:
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), view.version)


@bp.get("")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """By code; `q` is part of a name, of a short name or of the code."""
    words = str(request.args.get("q") or "").replace("\0", "").strip()[:100]
    query = select(Organisation).order_by(Organisation.code)
    if words:
        searched = (Organisation.name, Organisation.short_name, Organisation.code)
        query = query.where(or_(*(each.contains(words, autoescape=True) for each in searched)))
    shown, following = cut(request, (await session.scalars(query)).all(), lambda unit: unit.code)
    items = [views.unit(unit) for unit in shown]
    return json(UnitPage(items=items, next=following).model_dump(mode="json"))


@bp.post("")
@transactional
@idempotent
async def create(request: Request, session: AsyncSession) -> HTTPResponse:
    command = CreateUnit.model_validate_json(request.body)
    by, now = restructuring.by_of(request.ctx.principal), request.app.ctx.now()
    unit = await changing.create(session, command, by=by, now=now)
    return preconditions.placed(_answer(views.unit(unit), 201), f"/units/{unit.id}")


@bp.get("/<unit_id:uuid>")
@reading
async def unit(request: Request, session: AsyncSession, unit_id: UUID) -> HTTPResponse:
    return _answer(views.unit(await _unit(session, unit_id)))


@bp.get("/<unit_id:uuid>/history")
@reading
async def history_of(request: Request, session: AsyncSession, unit_id: UUID) -> HTTPResponse:
    await _unit(session, unit_id)
    found = await history.of_unit(session, unit_id)
    items = await views.versions(session, found, local_date(request.app.ctx.now()))
    shown, following = cut(request, items, lambda row: row.seq)
    return json(UnitHistory(items=shown, next=following).model_dump(mode="json"))


@bp.post("/<unit_id:uuid>/changes")
@transactional
@preconditions.conditional
async def change(request: Request, session: AsyncSession, unit_id: UUID) -> HTTPResponse:
    command = ChangeUnit.model_validate_json(request.body)
    unit = await changing.hold(session, unit_id)
    preconditions.require(preconditions.wanted(request), unit.version)
    await restructuring.change(session, unit, command, by=request.ctx.principal, now=request.app.ctx.now())
    return _answer(views.unit(unit))


@bp.post("/<unit_id:uuid>/changes/<version_id:uuid>/cancellation")
@transactional
@preconditions.conditional
async def cancel(request: Request, session: AsyncSession, unit_id: UUID, version_id: UUID) -> HTTPResponse:
    unit = await changing.hold(session, unit_id)
    preconditions.require(preconditions.wanted(request), unit.version)
    by = restructuring.by_of(request.ctx.principal)
    await changing.cancel(session, unit, version_id, by=by, now=request.app.ctx.now())
    return _answer(views.unit(unit))
