from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.console.rendering import console, page
from casebackend.database import reading
from casebackend.staff import queries
from casebackend.staff.rules import ROLE_NAMES, Role

bp = console("account")


@bp.get("/account")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """The own login log; an administrator sees everybody's."""
    me = request.ctx.principal
    everybody = Role.ADMIN in me.roles
    log = await queries.login_log(session, user_id=None if everybody else me.user_id)
    return page(
        request,
        "account.html",
        log=log,
        everybody=everybody,
        roles=[name for role, name in ROLE_NAMES.items() if role in me.roles],
    )
