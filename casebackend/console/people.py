"""用户与授权: users, what they may do and who approved it, and how somebody leaves."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.people import AskGroup, AskRights, ChangeUser, CreateUser, DecideRights, Leave
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.organisations.queries import tree
from casebackend.people import accounts, files, granting, leaving, queries, rules, views
from casebackend.people.rules import GROUP_KINDS, GroupKind
from casebackend.staff.groups import MODE_NAMES
from casebackend.staff.model import User
from casebackend.staff.rules import ROLE_NAMES

bp = console("people")
USERS, RIGHTS = "/users", "/rights"
FLAGS = {"": None, "yes": True, "no": False}
KINDS = {
    "case": "投诉",
    "task": "协办任务",
    "review": "核查",
    "supervision": "督办",
    "talk": "人工会话",
    "draft": "暂存的登记",
}


def _words(request: Request, name: str) -> str:
    return str(request.args.get(name) or "").replace("\0", "").strip()[:100]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadRequest("请从列表中选择") from None


async def _units(session: AsyncSession) -> list[tuple[UUID, str]]:
    return [(each.id, "　" * depth + each.name) for each, depth in (await tree(session)).open().in_order()]


@bp.get(USERS)
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    words, unit, role, active = (_words(request, name) for name in ("q", "unit", "role", "active"))
    found, following = await queries.page(
        session,
        words=words,
        unit_id=_id(unit),
        role=role if role in ROLE_NAMES else None,
        active=FLAGS.get(active),
        cursor=request.args.get("cursor"),
    )
    return page(
        request,
        "users.html",
        users=await views.users(session, found),
        following=following,
        given={"q": words, "unit": unit, "role": role, "active": active},
        units=await _units(session),
        roles=ROLE_NAMES,
        may_create=may(request, USERS, "POST"),
        may_decide=may(request, RIGHTS),
    )


@bp.post(USERS)
@transactional
async def create(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    names = ("login", "display_name", "staff_no", "organisation_id", "superior_id", "email", "mobile")
    command = CreateUser(**given_in(form, *names), skills=files.listed(form.get("skills", "")))
    user = await accounts.create(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{USERS}/{user.id}")


@bp.get(f"{USERS}/<user_id:uuid>")
@reading
async def show(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user = await queries.user(session, user_id)
    [view] = await views.users(session, [user])
    at = f"{USERS}/{user_id}"
    may_leave = may(request, f"{at}/leave", "POST")
    colleagues, _ = await queries.page(session, unit_id=user.organisation_id, active=True, limit=200)
    groups = await queries.groups(session)
    return page(
        request,
        "user.html",
        user=view,
        units=await _units(session),
        roles=ROLE_NAMES,
        posts=[group for group in groups if group.kind == GroupKind.POST and group.active],
        groups=[group for group in groups if group.kind == GroupKind.GROUP and group.active],
        requests=await views.requests(session, await queries.requests(session, user_id=user_id)),
        colleagues=[each for each in colleagues if each.id != user_id],
        successors=[each for each in colleagues if each.id != user_id and each.organisation_id == user.organisation_id],
        work=await leaving.open_work(session, user_id) if may_leave and user.left_at is None else [],
        kinds=KINDS,
        may={name: may(request, f"{at}{path}", "POST") for name, path in ACTS.items()},
    )


ACTS = {
    "change": "", "disable": "/disable", "enable": "/enable", "password": "/password", "ask": "/rights",
    "leave": "/leave",
}  # fmt: skip


async def _held(request: Request, session: AsyncSession, user_id: UUID) -> User:
    user = await accounts.hold(session, user_id)
    require_version(form_of(request).get("version"), user.version)
    return user


@bp.post(f"{USERS}/<user_id:uuid>")
@transactional
async def change(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user, form = await _held(request, session, user_id), form_of(request)
    names = ("display_name", "organisation_id", "superior_id", "email", "mobile")
    command = ChangeUser(**given_in(form, *names), skills=files.listed(form.get("skills", "")))
    await accounts.change(session, user, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{USERS}/{user_id}")


@bp.post(f"{USERS}/<user_id:uuid>/disable")
@transactional
async def disable(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user, reason = await _held(request, session, user_id), form_of(request).get("reason", "").strip()
    if not reason:
        raise BadRequest("请填写停用原因")
    await accounts.disable(session, user, reason[:500], by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{USERS}/{user_id}")


@bp.post(f"{USERS}/<user_id:uuid>/enable")
@transactional
async def enable(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user = await _held(request, session, user_id)
    await accounts.enable(session, user, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{USERS}/{user_id}")


@bp.post(f"{USERS}/<user_id:uuid>/password")
async def password(request: Request, user_id: UUID) -> HTTPResponse:
    """Shown once and kept nowhere. Hashed before the transaction: it takes long."""
    plain = rules.initial_password()
    hashed = await request.app.ctx.passwords.hashed(plain)
    answer: HTTPResponse = await _given(request, user_id, plain, hashed)
    return answer


@transactional
async def _given(request: Request, session: AsyncSession, user_id: UUID, plain: str, hashed: str) -> HTTPResponse:
    user = await _held(request, session, user_id)
    await accounts.give_password(session, user, hashed, by=request.ctx.principal, now=request.app.ctx.now())
    return page(
        request,
        "told_once.html",
        what=f"{user.display_name}的初始密码",
        secret=plain,
        note="只显示这一次，请当面或通过可靠渠道告知本人；首次登录须修改。",
        back=f"{USERS}/{user_id}",
    )


@bp.post(f"{USERS}/<user_id:uuid>/rights")
@transactional
async def ask(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user, form = await _held(request, session, user_id), form_of(request)
    command = AskRights(**_lists(request, "roles", "posts", "groups"), **given_in(form, "scope_unit_id", "reason"))
    await granting.ask(session, user, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{USERS}/{user_id}#rights")


def _lists(request: Request, *names: str) -> dict[str, Any]:
    form: dict[str, list[Any]] = dict(request.form or {})
    return {name: [str(each) for each in form.get(name, [])] for name in names}


@bp.post(f"{USERS}/<user_id:uuid>/leave")
@transactional
async def leave(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user = await _held(request, session, user_id)
    command = Leave(**given_in(form_of(request), "successor_id", "reason"))
    await leaving.leave(session, user, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{USERS}/{user_id}")


@bp.get(RIGHTS)
@reading
async def rights(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await views.requests(session, await queries.requests(session))
    return page(
        request,
        "rights.html",
        waiting=[each for each in found if each.state == "asked"],
        decided=[each for each in found if each.state != "asked"],
        groups=await queries.groups(session),
        group_kinds=GROUP_KINDS,
        names=await _named(session) | {each.code: each.label for each in request.app.ctx.functions},
        modes=MODE_NAMES,
        roles=ROLE_NAMES,
        may_decide=rules.DECIDER in request.ctx.principal.roles,
        may_ask=may(request, f"{RIGHTS}/groups", "POST"),
    )


async def _named(session: AsyncSession) -> dict[str, str]:
    """What stands in a request, in words."""
    names: dict[str, str] = {role.value: name for role, name in ROLE_NAMES.items()}
    names |= {group.code: group.name for group in await queries.groups(session)}
    return names | {str(unit.id): unit.name for unit in (await tree(session)).units.values()}


@bp.post(f"{RIGHTS}/<request_id:uuid>")
@transactional
async def decide(request: Request, session: AsyncSession, request_id: UUID) -> HTTPResponse:
    form = form_of(request)
    command = DecideRights.model_validate(given_in(form, "decision", "opinion"))
    read = f'"{form["version"]}"' if form.get("version", "").isdecimal() else None
    now = request.app.ctx.now()
    await granting.decide(session, request_id, command, read=read, by=request.ctx.principal, now=now)
    return go(request, RIGHTS)


@bp.post(f"{RIGHTS}/groups")
@transactional
async def ask_group(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    given = given_in(form, "code", "kind", "name", "reason")
    command = AskGroup(**given, **_lists(request, "roles"), active=form.get("active") == "yes")
    known = {each.code: each.roles for each in request.app.ctx.functions}
    by, now = request.ctx.principal, request.app.ctx.now()
    await granting.ask_group(session, command, known=known, by=by, now=now)
    return go(request, RIGHTS)
