"""安全管理: the parameters of logging in, the login log, and what an administrator does for an account."""

from functools import partial
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.policies import AddParameter
from casebackend.calendar.rules import local_date
from casebackend.console.labels import OUTCOME_LABELS
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.credentials import certificates, factors, queries
from casebackend.database import reading, transactional
from casebackend.policies import service as policies
from casebackend.staff import locks, logbook, sessions
from casebackend.staff.login_routes import AccountUnknown, asked, key_of
from casebackend.staff.model import User
from casebackend.staff.rules import ROLE_NAMES
from casebackend.staff.service import login_key

bp = console("security")
HERE = "/security"
FILTERS = ("from", "to", "login", "address", "outcome")


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    now = request.app.ctx.now()
    rows = await policies.all_rows(session)
    return page(
        request,
        "security.html",
        rows=rows,
        codes={row["code"]: row["label"] for row in policies.initial()},
        in_force=await policies.values_in_force(session, now),
        role_names={str(role): name for role, name in ROLE_NAMES.items()},
        today=local_date(now),
        may_edit=may(request, HERE, "POST"),
        can=partial(may, request),
    )


@bp.post(HERE)
@transactional
async def add(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    command = AddParameter.model_validate({name: form.get(name, "").strip() for name in AddParameter.model_fields})
    by, now = request.ctx.principal.actor, request.app.ctx.now()
    await policies.add(session, command, roles=request.app.ctx.matrix.roles, by=by, now=now)
    return go(request, HERE)


@bp.get(f"{HERE}/logins")
@reading
async def logins(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = await logbook.read(session, asked(request), cursor=request.args.get("cursor"))
    given = {name: request.args.get(name, "") for name in FILTERS}
    return page(
        request,
        "security_logins.html",
        log=found,
        following=following,
        given=given,
        outcomes=OUTCOME_LABELS,
        can=partial(may, request),
    )


@bp.get(f"{HERE}/accounts")
@reading
async def accounts(request: Request, session: AsyncSession) -> HTTPResponse:
    now = request.app.ctx.now()
    users = (await session.scalars(select(User).where(User.active).order_by(User.login))).all()
    stopped = select(User).where(~User.active, User.left_at.is_(None)).order_by(User.login)
    policy = await policies.in_force(session, now)
    locked = await locks.locked_now(session, policy, now=now)
    return page(
        request,
        "security_accounts.html",
        users=users,
        stopped=(await session.scalars(stopped)).all(),
        locked=locked,
        enrolled=await queries.enrolled(session),
        certificates=await certificates.by_user(session),
        can=partial(may, request),
        **_rights(request),
    )


def _rights(request: Request) -> dict[str, bool]:
    some = f"{HERE}/accounts/{UUID(int=0)}"
    return {f"may_{name}": may(request, f"{some}/{name}", "POST") for name in ("unlock", "factor", "end")}


async def _user(session: AsyncSession, user_id: UUID) -> User:
    found = await session.get(User, user_id)
    if found is None or not found.active:
        raise AccountUnknown
    return found


@bp.post(f"{HERE}/accounts/<user_id:uuid>/unlock")
@transactional
async def unlock(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user, by = await _user(session, user_id), request.ctx.principal.actor
    key = login_key(key_of(request), user.login)
    await locks.unlock(session, user, login_key=key, by=by, now=request.app.ctx.now())
    return go(request, f"{HERE}/accounts")


@bp.post(f"{HERE}/addresses/unlock")
@transactional
async def unlock_address(request: Request, session: AsyncSession) -> HTTPResponse:
    address = form_of(request).get("address", "")[:64]
    await locks.unlock_address(session, address, by=request.ctx.principal.actor, now=request.app.ctx.now())
    return go(request, f"{HERE}/accounts")


@bp.post(f"{HERE}/accounts/<user_id:uuid>/factor")
@transactional
async def remove_factor(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    """Another administrator than the one who resets passwords: neither alone can take an account over."""
    user, now = await _user(session, user_id), request.app.ctx.now()
    await factors.remove(session, user, by=request.ctx.principal.actor, now=now)
    await sessions.end_all_sessions(session, user.id, now=now)
    return go(request, f"{HERE}/accounts")


@bp.post(f"{HERE}/accounts/<user_id:uuid>/end")
@transactional
async def end(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    user, now = await _user(session, user_id), request.app.ctx.now()
    await sessions.end_everywhere(session, user, by=request.ctx.principal.actor, now=now)
    return go(request, f"{HERE}/accounts")
