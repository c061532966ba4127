"""Users, their rights and who approves them."""

from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.people import (
    ActOnUser,
    AskGroup,
    AskRights,
    ChangeUser,
    CreateUser,
    DecideRights,
    FunctionPage,
    FunctionView,
    GroupPage,
    InitialPassword,
    Leave,
    OpenWork,
    RightsRequestPage,
    RightsRequestView,
    UserPage,
)
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut, limit_of, one_of
from casebackend.people import accounts, granting, leaving, queries, rules, views
from casebackend.people.rules import RequestState
from casebackend.staff.model import User
from casebackend.staff.rules import Role

bp = Blueprint("people", url_prefix="/users")
requests_bp = Blueprint("rights", url_prefix="/rights")
FLAGS = {"yes": True, "no": False}


async def _answer(session: AsyncSession, user: User, status: int = 200) -> HTTPResponse:
    [view] = await views.users(session, [user])
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), view.version)


async def _held(request: Request, session: AsyncSession, user_id: UUID) -> User:
    """The one that was read, locked."""
    user = await accounts.hold(session, user_id)
    preconditions.require(preconditions.wanted(request), user.version)
    return user


@bp.get("")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    role = one_of(Role, request, "role")
    found, following = await queries.page(
        session,
        words=str(request.args.get("q") or "").replace("\0", "").strip()[:100],
        unit_id=one_of(UUID, request, "unit"),
        role=role.value if role else None,
        active=one_of(FLAGS.__getitem__, request, "active"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    items = await views.users(session, found)
    return json(UserPage(items=items, next=following).model_dump(mode="json"))


@bp.post("")
@transactional
@idempotent
async def create(request: Request, session: AsyncSession) -> HTTPResponse:
    command = CreateUser.model_validate_json(request.body)
    user = await accounts.create(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.placed(await _answer(session, user, 201), f"/users/{user.id}")


@bp.get("/<user_id:uuid>")
@reading
async def user(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    return await _answer(session, await queries.user(session, user_id))


@bp.put("/<user_id:uuid>")
@transactional
@preconditions.conditional
async def change(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = ChangeUser.model_validate_json(request.body)
    user = await _held(request, session, user_id)
    await accounts.change(session, user, command, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(session, user)


@bp.post("/<user_id:uuid>/disabling")
@transactional
@preconditions.conditional
async def disable(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = ActOnUser.model_validate_json(request.body)
    user = await _held(request, session, user_id)
    await accounts.disable(session, user, command.reason, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(session, user)


@bp.post("/<user_id:uuid>/enabling")
@transactional
@preconditions.conditional
async def enable(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user = await _held(request, session, user_id)
    await accounts.enable(session, user, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(session, user)


@bp.post("/<user_id:uuid>/initial-password")
@preconditions.sent
async def reset_password(request: Request, user_id: UUID) -> HTTPResponse:
    """Hashed before the transaction: it takes long, and would hold up whoever writes. No key: what was answered is
    shown once and stored nowhere."""
    plain = rules.initial_password()
    hashed = await request.app.ctx.passwords.hashed(plain)
    answer: HTTPResponse = await _given(request, user_id, plain, hashed)
    return answer


@transactional
async def _given(request: Request, session: AsyncSession, user_id: UUID, plain: str, hashed: str) -> HTTPResponse:
    user = await _held(request, session, user_id)
    await accounts.give_password(session, user, hashed, by=request.ctx.principal, now=request.app.ctx.now())
    answer = InitialPassword(initial_password=plain, version=user.version)
    return preconditions.tagged(json(answer.model_dump(mode="json")), user.version)


@bp.get("/<user_id:uuid>/work")
@reading
async def work(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    await queries.user(session, user_id)
    shown, following = cut(request, await leaving.open_work(session, user_id), lambda item: item.id)
    return json(OpenWork(items=shown, next=following).model_dump(mode="json"))


@bp.post("/<user_id:uuid>/leaving")
@transactional
@preconditions.conditional
async def leave(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = Leave.model_validate_json(request.body)
    user = await _held(request, session, user_id)
    left = await leaving.leave(session, user, command, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.tagged(json(left.model_dump(mode="json")), user.version)


async def _requests(session: AsyncSession, found: list[RightsRequestView], status: int = 200) -> HTTPResponse:
    [view] = found
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), view.version)


@bp.post("/<user_id:uuid>/rights")
@transactional
@idempotent
async def ask(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = AskRights.model_validate_json(request.body)
    user = await accounts.hold(session, user_id)
    asked = await granting.ask(session, user, command, by=request.ctx.principal, now=request.app.ctx.now())
    answer = await _requests(session, await views.requests(session, [asked]), 201)
    return preconditions.placed(answer, f"/rights/requests/{asked.id}")


@requests_bp.get("/requests")
@reading
async def requests(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await queries.requests(session, state=one_of(RequestState, request, "state"))
    shown, following = cut(request, await views.requests(session, found), lambda each: each.id)
    return json(RightsRequestPage(items=shown, next=following).model_dump(mode="json"))


@requests_bp.get("/requests/<request_id:uuid>")
@reading
async def one_request(request: Request, session: AsyncSession, request_id: UUID) -> HTTPResponse:
    return await _requests(session, await views.requests(session, [await queries.request(session, request_id)]))


@requests_bp.post("/requests/<request_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, request_id: UUID) -> HTTPResponse:
    command = DecideRights.model_validate_json(request.body)
    read, me, now = preconditions.wanted(request), request.ctx.principal, request.app.ctx.now()
    decided = await granting.decide(session, request_id, command, read=read, by=me, now=now)
    return await _requests(session, await views.requests(session, [decided]))


@requests_bp.get("/groups")
@reading
async def groups(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, await queries.groups(session), lambda group: group.code)
    items = [views.group(group) for group in shown]
    return json(GroupPage(items=items, next=following).model_dump(mode="json"))


@requests_bp.get("/groups/<code:str>")
@reading
async def group(request: Request, session: AsyncSession, code: str) -> HTTPResponse:
    """With what it grants or takes away, from which day on."""
    found = await views.group_detail(session, await queries.group(session, code))
    return preconditions.tagged(json(found.model_dump(mode="json")), found.version)


@requests_bp.get("/functions")
@reading
async def functions(request: Request, session: AsyncSession) -> HTTPResponse:
    """What a post or group may grant or take away."""
    shown, following = cut(request, request.app.ctx.functions, lambda each: each.code)
    items = [FunctionView(code=each.code, label=each.label, room=each.room, roles=sorted(each.roles)) for each in shown]
    return json(FunctionPage(items=items, next=following).model_dump(mode="json"))


@requests_bp.post("/groups")
@transactional
@idempotent
async def ask_group(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AskGroup.model_validate_json(request.body)
    known = {each.code: each.roles for each in request.app.ctx.functions}
    by, now = request.ctx.principal, request.app.ctx.now()
    asked = await granting.ask_group(session, command, known=known, by=by, now=now)
    answer = await _requests(session, await views.requests(session, [asked]), 201)
    return preconditions.placed(answer, f"/rights/requests/{asked.id}")
