from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import anchors, commands, queries, verifying
from casebackend.audit.routes import found_by, wanted_by
from casebackend.console import audit_words
from casebackend.console.rendering import console, page
from casebackend.database import reading
from casebackend.staff.rules import ROLE_NAMES

bp = console("audit")
FIELDS = ("from", "to", "actor", "event", "object", "address", "role")


@bp.get("/audit")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """With the last whole verification; of one case its own chain is verified on the spot."""
    wanted = wanted_by(request)
    chain = await queries.chain_of(session, wanted.object)
    found = await found_by(request, session, wanted, chain)
    broken = None
    if chain is not None and chain.startswith("case:"):
        broken = (await verifying.report(session, session.info["audit_key"], chain=chain)).broken
    return page(
        request,
        "audit.html",
        entries=[(each, audit_words.about(each.detail)) for each in found.entries],
        next=urlencode([*_given(request), ("cursor", found.next)]) if found.next else None,
        wanted=wanted,
        events=audit_words.EVENTS,
        event_name=audit_words.event_name,
        actor_name=audit_words.actor_name,
        roles=ROLE_NAMES,
        role_names=_role_names,
        broken=broken,
        verified=await queries.latest(session, commands.CHAIN),
        anchored=await queries.latest(session, anchors.CHAIN),
    )


def _given(request: Request) -> list[tuple[str, str]]:
    return [(name, str(request.args.get(name))) for name in FIELDS if request.args.get(name)]


def _role_names(roles: str | None) -> list[str]:
    """Those of staff in words; a program of ours or of another system says what it is by itself."""
    named: dict[str, str] = {role.value: name for role, name in ROLE_NAMES.items()}
    return [named.get(each, each) for each in (roles or "").split(",") if each]
