from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.retention import AddPolicy, HoldReason
from casebackend.calendar.rules import local_date
from casebackend.cases.service import visible
from casebackend.cases.words import STATUS_LABELS
from casebackend.console.fragments import section
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.matters.catalogue import catalogue
from casebackend.retention import holding, queries, service
from casebackend.retention.model import Redaction
from casebackend.retention.rules import ANY, LABELS, TALK, TALK_TEXT

bp = console("retention")


@bp.get("/cases/<reference:str>/retention")
@reading
async def section_of(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    today = local_date(request.app.ctx.now())
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    holds = [
        (each, *(customers.rendered(text, masks) if text else None for text in (each.reason, each.lift_reason)))
        for each in await queries.holds_of(session, case.id)
    ]
    family = await queries.family(session, case.id, await queries.policies(session), today)
    return section(
        request,
        "_retention.html",
        number=case.number,
        heading="保存期限与法律保留",
        holds=holds,
        family=family,
        policy=family.policies[case.id],
        redaction=await session.get(Redaction, case.id),
        labels=LABELS,
        may_hold=may(request, f"/cases/{case.number}/holds", "POST"),
    )


@bp.post("/cases/<reference:str>/holds")
@transactional
async def set_hold(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    command = HoldReason.model_validate(given_in(form_of(request), "reason"))
    case = await visible(session, me, reference)
    await service.set_hold(session, case.id, command.reason, by=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#retention")


@bp.post("/cases/<reference:str>/holds/<hold_id:uuid>/lift")
@transactional
async def lift_hold(request: Request, session: AsyncSession, reference: str, hold_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    command = HoldReason.model_validate(given_in(form_of(request), "reason"))
    case = await visible(session, me, reference)
    await service.lift_hold(session, case.id, hold_id, command.reason, by=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#retention")


@bp.get("/retention")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """The dry run: what would be redacted today, what not and why. Nothing is changed by looking."""
    today = local_date(request.app.ctx.now())
    families = await queries.report(session, today)
    due = [each for each in families if each.obstacle is None]
    matters = _matters()
    return page(
        request,
        "retention.html",
        today=today,
        due=due,
        kept=[each for each in families if each.obstacle is not None],
        cases_due=sum(len(each.cases) for each in due),
        most=queries.MOST,
        policies=await queries.policy_rows(session),
        matters=matters,
        may_set=may(request, "/retention/policies", "POST"),
        labels=LABELS,
        runs=await queries.runs(session),
        talks=await holding.views(session, await holding.standing(session, request.ctx.principal)),
        may_approve=may(request, "/retention/runs/00000000-0000-0000-0000-000000000000/approve", "POST"),
    )


def _matters() -> dict[str, str]:
    usual = {ANY: "其他各类", TALK: "未形成投诉的会话（文件）", TALK_TEXT: "未形成投诉的会话（文字）"}
    return usual | {code: each.label for code, each in catalogue().matters.items()}


@bp.post("/retention/policies")
@transactional
async def add_policy(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    given = given_in(form, "matter_type", "years", "effective_from", "source")
    command = AddPolicy(**given, keeps_opinions=form.get("keeps_opinions") == "yes")
    by, now = request.ctx.principal, request.app.ctx.now()
    await service.add_policy(session, command, matters=catalogue().matters, by=by, now=now)
    return go(request, "/retention#policies")


@bp.get("/retention/archive")
@reading
async def archive(request: Request, session: AsyncSession) -> HTTPResponse:
    """Ended cases with their last day and whether they are held."""
    today, held = local_date(request.app.ctx.now()), request.args.get("held") == "yes"
    found, following = await queries.archive(session, today, held_only=held, cursor=request.args.get("cursor"))
    return page(
        request, "archive.html", rows=found, following=following, held=held, matters=_matters(), statuses=STATUS_LABELS,
        ended_on=queries.ended_on,
    )  # fmt: skip


@bp.post("/retention/runs")
@transactional
async def ask(request: Request, session: AsyncSession) -> HTTPResponse:
    now = request.app.ctx.now()
    await service.ask_run(session, by=request.ctx.principal, today=local_date(now), now=now)
    return go(request, "/retention")


@bp.post("/retention/runs/<run_id:uuid>/approve")
@transactional
async def approve(request: Request, session: AsyncSession, run_id: UUID) -> HTTPResponse:
    await service.approve_run(session, run_id, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, "/retention")
