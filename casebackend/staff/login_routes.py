from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.logins import LoginPage, LoginView, Unlock
from casebackend.database import reading, transactional
from casebackend.errors import NotFound
from casebackend.paging import BadFilter, limit_of, one_of
from casebackend.staff import locks, logbook
from casebackend.staff.model import LoginAttempt, User
from casebackend.staff.rules import Outcome
from casebackend.staff.service import login_key

bp = Blueprint("logins", url_prefix="/logins")
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 1900, 9998


class AccountUnknown(NotFound):
    slug = "account-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个账号")


def _beginning(word: str) -> datetime:
    day = date.fromisoformat(word)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(word)
    return datetime.combine(day, time(), SHANGHAI)


def asked(request: Request) -> logbook.Asked:
    """Filters: from and to (days, both included), login, address, outcome."""
    until = one_of(_beginning, request, "to")
    login, address = request.args.get("login"), request.args.get("address")
    if any(each and ("\0" in each or len(each) > 64) for each in (login, address)):
        raise BadFilter("address")
    return logbook.Asked(
        since=one_of(_beginning, request, "from"),
        until=until + timedelta(days=1) if until else None,
        login_key=login_key(key_of(request), login) if login else None,
        address=address or None,
        outcome=one_of(Outcome, request, "outcome"),
    )


def key_of(request: Request) -> str:
    key: str = request.app.ctx.settings.session_key.get_secret_value()
    return key


def _view(attempt: LoginAttempt, user: User | None) -> LoginView:
    login, name = (user.login, user.display_name) if user else (None, None)
    return LoginView(at=attempt.at, login=login, name=name, address=attempt.address, outcome=attempt.outcome)


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    cursor, limit = request.args.get("cursor"), limit_of(request, logbook.PAGE)
    found, following = await logbook.read(session, asked(request), cursor=cursor, limit=limit)
    answer = LoginPage(items=[_view(*each) for each in found], next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/unlock")
@transactional
async def unlock(request: Request, session: AsyncSession) -> HTTPResponse:
    """The same again changes nothing more."""
    command = Unlock.model_validate_json(request.body)
    by, now = request.ctx.principal.actor, request.app.ctx.now()
    if command.address is not None:
        await locks.unlock_address(session, command.address, by=by, now=now)
        return HTTPResponse(status=204)
    user = await session.get(User, command.user_id)
    if user is None:
        raise AccountUnknown
    await locks.unlock(session, user, login_key=login_key(key_of(request), user.login), by=by, now=now)
    return HTTPResponse(status=204)
