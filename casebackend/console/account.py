"""我的账号: where one is logged in, what was tried under one's name, and the keys to the desk."""

from datetime import timedelta
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.console.labels import OUTCOME_LABELS
from casebackend.console.rendering import console, go, page
from casebackend.credentials import queries as credentials
from casebackend.database import reading, transactional
from casebackend.errors import NotFound
from casebackend.policies import service as policies
from casebackend.policies.rules import Policy
from casebackend.staff import logbook, sessions
from casebackend.staff.login_routes import asked
from casebackend.staff.model import LoginSession, User
from casebackend.staff.rules import ROLE_NAMES

bp = console("account")


class SessionUnknown(NotFound):
    slug = "session-unknown"

    def __init__(self) -> None:
        super().__init__("没有这次登录，或已经退出")


@bp.get("/account")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    user = await session.get_one(User, me.user_id)
    period = asked(request)
    mine = logbook.Asked(since=period.since, until=period.until, user_id=me.user_id)
    log, following = await logbook.read(session, mine, cursor=request.args.get("cursor"))
    policy = await policies.in_force(session, now)
    return page(
        request,
        "account.html",
        log=log,
        outcomes=OUTCOME_LABELS,
        following=following,
        given={name: request.args.get(name, "") for name in ("from", "to")},
        roles=[name for role, name in ROLE_NAMES.items() if role in me.roles],
        open_sessions=await sessions.open_of(session, user.id, now=now),
        this=request.ctx.session_id,
        changed_at=user.password_changed_at,
        days_left=_days_left(user, policy, request),
        enrolled=await credentials.is_enrolled(session, user.id),
    )


def _days_left(user: User, policy: Policy, request: Request) -> int | None:
    """Until the password has to be changed; None where it does not age."""
    if not policy.days or user.password_changed_at is None:
        return None
    age: timedelta = request.app.ctx.now() - user.password_changed_at
    return max(policy.days - age.days, 0)


@bp.post("/account/sessions/<session_id:uuid>/end")
@transactional
async def end(request: Request, session: AsyncSession, session_id: UUID) -> HTTPResponse:
    """One's own only: of another's one does not learn that it is there."""
    found = await session.get(LoginSession, session_id)
    if found is None or found.user_id != request.ctx.principal.user_id or found.ended_at is not None:
        raise SessionUnknown
    await sessions.end(session, found, now=request.app.ctx.now())
    return go(request, "/login" if found.id == request.ctx.session_id else "/account")


@bp.post("/account/sessions/end")
@transactional
async def end_others(request: Request, session: AsyncSession) -> HTTPResponse:
    """Everywhere but here."""
    me, now = request.ctx.principal, request.app.ctx.now()
    for each in await sessions.open_of(session, me.user_id, now=now):
        if each.id != request.ctx.session_id:
            await sessions.end(session, each, now=now)
    return go(request, "/account")
