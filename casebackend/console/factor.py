"""动态口令: scan, confirm, keep the codes on paper; also the last step of a login whose role asks for it."""

import io

import segno
from sanic import HTTPResponse, Request
from sanic.response import raw
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind
from casebackend.console.doorway import door_of, go_on, home_of, local, with_cookie
from casebackend.console.rendering import console, form_of, page
from casebackend.credentials import factors, queries, service
from casebackend.database import shielded, transactional
from casebackend.errors import DomainError
from casebackend.staff.rules import Stage

bp = console("factor")
HERE = "/account/second-factor"


@bp.get(HERE)
@transactional
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """The first look makes the secret."""
    return await _page(request, session, local(request.args.get("next")))


async def _page(
    request: Request, session: AsyncSession, following: str, error: DomainError | None = None
) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    held = await queries.is_enrolled(session, me.user_id)
    secret = None if held else await factors.begin(session, me.user_id, now=now)
    return page(
        request,
        "factor.html",
        status=error.status if error else 200,
        held=held,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else None,
        codes=None,
        codes_left=await queries.codes_left(session, me.user_id) if held else 0,
        forced=me.kind is Kind.PENDING,
        error=error.detail if error else None,
        next=following,
        onward=None,
    )


@bp.get(f"{HERE}/picture.svg")
@transactional
async def picture(request: Request, session: AsyncSession) -> HTTPResponse:
    """Only before it is confirmed; afterwards nobody sees the secret again."""
    me = request.ctx.principal
    secret = await factors.begin(session, me.user_id, now=request.app.ctx.now())
    drawn = io.BytesIO()
    address = factors.address_of(secret, me.name, request.app.ctx.settings.bank_name)
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=4, light="white")
    return raw(drawn.getvalue(), content_type="image/svg+xml")


@bp.post(HERE)
async def confirm(request: Request) -> HTTPResponse:
    form, me = form_of(request), request.ctx.principal
    following, typed = local(form.get("next")), form.get("code", "")[:40]
    confirmed = service.confirm_factor(door_of(request), me.name, typed, secret=request.ctx.login_secret)
    try:
        entered, codes = await shielded(confirmed)
    except factors.CodeWrong as refusal:
        async with request.app.ctx.database.transaction() as session:
            return await _page(request, session, following, refusal)
    onward = following or home_of(frozenset(entered.user.roles))
    shown = _codes(request, codes, onward if entered.stage is Stage.FULL else "/")
    return with_cookie(request, shown, entered.secret)


def _codes(request: Request, codes: list[str], onward: str) -> HTTPResponse:
    """Told once. The next page comes by a link: nothing is sent from this one."""
    return page(
        request, "factor.html", held=True, secret=None, codes=codes, codes_left=len(codes), forced=True, error=None,
        next="", onward=onward,
    )  # fmt: skip


@bp.post(f"{HERE}/codes")
async def renew(request: Request) -> HTTPResponse:
    """New codes on paper for a code of the telephone; the old ones open nothing any more."""
    me, typed = request.ctx.principal, form_of(request).get("code", "")[:40]
    try:
        codes = await shielded(service.renew_codes(door_of(request), me.name, typed))
    except service.CodeRefused as refusal:
        async with request.app.ctx.database.transaction() as session:
            return await _page(request, session, "", refusal)
    return _codes(request, codes, "/account")


@bp.post(f"{HERE}/removal")
async def remove(request: Request) -> HTTPResponse:
    me, typed = request.ctx.principal, form_of(request).get("code", "")[:40]
    removed = service.remove_own_factor(door_of(request), me.name, typed, secret=request.ctx.login_secret)
    try:
        entered = await shielded(removed)
    except service.CodeRefused as refusal:
        async with request.app.ctx.database.transaction() as session:
            return await _page(request, session, "", refusal)
    return go_on(request, entered, HERE)
