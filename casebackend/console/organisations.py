"""机构: the tree with its history, the changes of it, and the files that units and people are read from."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.organisations import ChangeUnit, CreateUnit
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.organisations import changing, history
from casebackend.organisations.errors import UnitUnknown
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import tree
from casebackend.organisations.rules import LEVEL_NAMES, local_date
from casebackend.organisations.tree import Tree
from casebackend.people import files, imports, restructuring, views

bp = console("organisations")
HOME = "/organisations"
REPORTED = {
    "new": "新增",
    "changed": "变更",
    "moved": "调整隶属",
    "gone": "文件中没有，将撤销或停用",
    "blocked": "文件中没有，但不能处理",
}


@bp.get(HOME)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    return await _shown(request, session, None)


@bp.get(f"{HOME}/<unit_id:uuid>")
@reading
async def unit(request: Request, session: AsyncSession, unit_id: UUID) -> HTTPResponse:
    found = await session.get(Organisation, unit_id)
    if found is None:
        raise UnitUnknown
    return await _shown(request, session, found)


async def _shown(request: Request, session: AsyncSession, chosen: Organisation | None) -> HTTPResponse:
    units, today = await tree(session), local_date(request.app.ctx.now())
    words = str(request.args.get("q") or "").replace("\0", "").strip()[:100]
    closed = request.args.get("closed") == "1"
    rows = await history.of_unit(session, chosen.id) if chosen is not None else []
    return page(
        request,
        "organisations.html",
        rows=_rows(units, words, closed=closed),
        words=words,
        closed=closed,
        levels=LEVEL_NAMES,
        states=views.VERSION_STATES,
        chosen=chosen,
        above=units.above(chosen.id)[1:] if chosen is not None else [],
        history=await views.versions(session, rows, today),
        choices=[(each.id, "　" * depth + each.name) for each, depth in units.open().in_order()],
        may_edit=may(request, HOME, "POST"),
        may_import=may(request, f"{HOME}/imports"),
        today=today,
    )


def _rows(units: Tree, words: str, *, closed: bool) -> list[tuple[Any, int]]:
    """All of the tree, or what is called so."""
    shown = units if closed else units.open()
    return [
        (each, 0 if words else depth)
        for each, depth in shown.in_order()
        if not words or words in each.name or words in each.short_name or words in each.code
    ]


@bp.post(HOME)
@transactional
async def create(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    names = ("code", "name", "short_name", "level", "parent_id", "effective_from", "reason")
    command = CreateUnit(**given_in(form, *names), aliases=files.listed(form.get("aliases", "")))
    by = restructuring.by_of(request.ctx.principal)
    made = await changing.create(session, command, by=by, now=request.app.ctx.now())
    return go(request, f"{HOME}/{made.id}")


@bp.post(f"{HOME}/<unit_id:uuid>/changes")
@transactional
async def change(request: Request, session: AsyncSession, unit_id: UUID) -> HTTPResponse:
    form = form_of(request)
    held = await changing.hold(session, unit_id)
    require_version(form.get("version"), held.version)
    names = ("change", "name", "short_name", "parent_id", "level", "successor_id", "effective_from", "reason")
    given = given_in(form, *names)
    if "aliases" in form:
        given["aliases"] = files.listed(form["aliases"])
    command = ChangeUnit.model_validate(given)
    await restructuring.change(session, held, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HOME}/{unit_id}")


@bp.post(f"{HOME}/<unit_id:uuid>/changes/<version_id:uuid>/cancel")
@transactional
async def cancel(request: Request, session: AsyncSession, unit_id: UUID, version_id: UUID) -> HTTPResponse:
    held = await changing.hold(session, unit_id)
    require_version(form_of(request).get("version"), held.version)
    by = restructuring.by_of(request.ctx.principal)
    await changing.cancel(session, held, version_id, by=by, now=request.app.ctx.now())
    return go(request, f"{HOME}/{unit_id}")


@bp.get(f"{HOME}/imports")
@reading
async def show_import(request: Request, session: AsyncSession) -> HTTPResponse:
    return page(request, "imports.html", run=None, **_of_import())


def _of_import() -> dict[str, Any]:
    return {"kinds": files.KIND_NAMES, "columns": files.COLUMNS, "reported": REPORTED}


@bp.post(f"{HOME}/imports")
@transactional
async def check_import(request: Request, session: AsyncSession) -> HTTPResponse:
    """Only looks; what it saw has an address, so that a second pair of eyes may read it."""
    sent = request.files.get("file") if request.files else None
    if sent is None or not sent.body:
        raise BadRequest("请选择要导入的文件")
    run = await imports.check(session, sent.body, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HOME}/imports/{run.id}")


@bp.get(f"{HOME}/imports/<run_id:uuid>")
@reading
async def one_import(request: Request, session: AsyncSession, run_id: UUID) -> HTTPResponse:
    return page(request, "imports.html", run=await imports.run(session, run_id), **_of_import())


@bp.post(f"{HOME}/imports/<run_id:uuid>")
@transactional
async def apply_import(request: Request, session: AsyncSession, run_id: UUID) -> HTTPResponse:
    sha256 = form_of(request).get("sha256", "")
    await imports.apply(session, run_id, sha256, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HOME}/imports/{run_id}")
