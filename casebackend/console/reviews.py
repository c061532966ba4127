"""核查: the list of those that wait, and the section of a complaint with its forms."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.reviews import ApplyForReview, MoveReview, ReviewView
from casebackend.cases import service as cases
from casebackend.console.fragments import require_version, section
from casebackend.console.labels import CHOICES as NAMES
from casebackend.console.panels import moment_of
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.paging import limit_of, one_of
from casebackend.reviews import guards, queries, rules, service
from casebackend.reviews.errors import ReviewNotFound
from casebackend.reviews.views import views

bp = console("reviews")
ALSO = {rules.Move.NOTIFY: ["told_proof"], rules.Move.REJECT: ["told_proof"]}
CHOICES = {
    "reject_reason": {each.value: label for each, label in rules.REJECTED_FOR.items()},
    "outcome": {each.value: label for each, label in rules.OUTCOMES.items()},
    "told_by": NAMES["told_by"],
}
LONG = ("opinion", "findings_process", "findings_time", "findings_result")


def steps(review: ReviewView) -> list[dict[str, Any]]:
    """The forms of the moves that may come next."""
    found = []
    for move in review.allowed:
        required = rules.LIFECYCLE[review.state, move].requires
        names = [*required, *ALSO.get(move, [])]
        fields = [
            {"name": name, "label": rules.FIELDS[name], "required": name in required, "long": name in LONG}
            for name in names
        ]
        found.append({"move": move.value, "label": rules.MOVES[move], "fields": fields})
    return found


@bp.get("/cases/<reference:str>/reviews")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await cases.visible(session, me, reference)
    found = [(review, case) for review in await queries.of_case(session, case.id)]
    shown = await views(session, found, now=now)
    return section(
        request,
        "_reviews.html",
        number=case.number,
        heading="核查",
        reviews=[(review, steps(review)) for review in shown],
        choices=CHOICES,
        may_move=may(request, f"/cases/{case.number}/reviews/{case.id}/moves", "POST"),
        may_apply=guards.is_open_to(case)
        and case.replied_at is not None
        and may(request, f"/cases/{case.number}/reviews", "POST"),
    )


@bp.post("/cases/<reference:str>/reviews")
@transactional
async def apply(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await cases.visible(session, me, reference)
    given: dict[str, Any] = {name: form[name] for name in ("grounds", "document") if form.get(name)}
    if form.get("written"):  # a field named "form" hides the form from scripts
        given["form"] = form["written"]
    if form.get("applied_at"):
        given["applied_at"] = moment_of("applied_at", form["applied_at"])
    command = ApplyForReview.model_validate(given | {"confirmed": "confirmed" in form})
    await service.apply(session, case.id, command, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#reviews")


@bp.post("/cases/<reference:str>/reviews/<review_id:uuid>/moves")
@transactional
async def move(request: Request, session: AsyncSession, reference: str, review_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    seen = await queries.visible(session, me, review_id)
    if seen is None or reference not in (seen[1].number, str(seen[1].id)):
        raise ReviewNotFound
    require_version(form.get("version"), seen[0].version)
    command = MoveReview.model_validate({name: form[name] for name in MoveReview.model_fields if form.get(name)})
    await service.move(session, review_id, command, version=None, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{seen[1].number}#reviews")


@bp.get("/reviews")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    state = one_of(rules.State, request, "state")
    found, following = await queries.page(
        session, me, state=state, open_only=state is None, cursor=request.args.get("cursor"), limit=limit_of(request)
    )
    return page(
        request,
        "reviews.html",
        rows=await views(session, found, now=now),
        next=following,
        state=state.value if state else "",
        states={each.value: label for each, label in rules.STATES.items()},
    )
