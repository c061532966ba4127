"""功能权限: which functions a post or permission group grants or takes away within its roles, and since when."""

from itertools import groupby
from typing import Any

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.people import AskFunctions, AskGroup
from casebackend.calendar.rules import local_date
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.people import granting, queries, views
from casebackend.people.rules import GROUP_KINDS
from casebackend.staff.groups import MODE_NAMES
from casebackend.staff.rules import ROLE_NAMES

bp = console("functions")
HERE = "/rights/functions"


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """Of the group `code`, or all functions with the roles that may have them."""
    groups, code = await queries.groups(session), str(request.args.get("code") or "")
    chosen = next((each for each in groups if each.code == code), None)
    detail = await views.group_detail(session, chosen) if chosen is not None else None
    listed = request.app.ctx.functions
    return page(
        request,
        "functions.html",
        groups=groups,
        kinds=GROUP_KINDS,
        chosen=detail,
        marked=set(detail.functions[0].functions) if detail and detail.functions else set(),
        modes=MODE_NAMES,
        roles=ROLE_NAMES,
        labels={each.code: each.label for each in listed},
        rooms=[(room, list(each)) for room, each in groupby(listed, key=lambda each: each.room)],
        today=local_date(request.app.ctx.now()),
        may_ask=may(request, HERE, "POST"),
    )


@bp.post(HERE)
@transactional
async def ask(request: Request, session: AsyncSession) -> HTTPResponse:
    """Roles and name stay as they are; another administrator approves it."""
    form, now = form_of(request), request.app.ctx.now()
    group = await queries.group(session, form.get("code", ""))
    dated: dict[str, Any] = given_in(form, "mode", "effective_from", "effective_until")
    sent: dict[str, list[Any]] = dict(request.form or {})
    codes = [str(each) for each in sent.get("codes", [])] if dated.get("mode") != "all" else []
    kept = {name: getattr(group, name) for name in ("code", "kind", "name", "roles", "active")}
    functions = AskFunctions(codes=sorted(set(codes)), **dated)
    command = AskGroup.model_validate(kept | {"functions": functions} | given_in(form, "reason"))
    known = {each.code: each.roles for each in request.app.ctx.functions}
    await granting.ask_group(session, command, known=known, by=request.ctx.principal, now=now)
    return go(request, "/rights")
