"""修改密码: of one's own will, or because the login asks for it."""

from sanic import HTTPResponse, Request

from casebackend.access.principal import Kind
from casebackend.console.doorway import LONGEST_PASSWORD, door_of, go_on, local
from casebackend.console.rendering import console, form_of, page
from casebackend.credentials import service
from casebackend.credentials.rules import demands
from casebackend.database import shielded
from casebackend.errors import DomainError, Unprocessable
from casebackend.policies import service as policies

bp = console("password")


class Mistyped(Unprocessable):
    slug, title = "password-mistyped", "两次输入不一致"

    def __init__(self) -> None:
        super().__init__("两次输入的新密码不一致")


async def _page(request: Request, following: str, error: DomainError | None = None) -> HTTPResponse:
    async with request.app.ctx.database.reading() as session:
        policy = await policies.in_force(session, request.app.ctx.now())
    return page(
        request,
        "password.html",
        status=error.status if error else 200,
        error=error.detail if error else None,
        demands=demands(policy),
        forced=request.ctx.principal.kind is Kind.PENDING,
        next=following,
    )


@bp.get("/password")
async def show(request: Request) -> HTTPResponse:
    return await _page(request, local(request.args.get("next")))


@bp.post("/password")
async def change(request: Request) -> HTTPResponse:
    form, me = form_of(request), request.ctx.principal
    current, wanted = (form.get(name, "")[:LONGEST_PASSWORD] for name in ("current", "wanted"))
    following = local(form.get("next"))
    if form.get("again", "")[:LONGEST_PASSWORD] != wanted:
        return await _page(request, following, Mistyped())
    try:
        changed = service.change_password(door_of(request), me.name, current, wanted, secret=request.ctx.login_secret)
        entered = await shielded(changed)
    except (service.PasswordRefused, service.CurrentWrong) as refusal:
        return await _page(request, following, refusal)
    return go_on(request, entered, following or "/account")
