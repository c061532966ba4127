from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.recusals import DeclareRecusal, GrantWaiver
from casebackend.assignments import views as assignments
from casebackend.cases import declaring, task_views
from casebackend.cases.rules import MANAGER, OPEN, Status
from casebackend.cases.service import visible
from casebackend.console.fragments import section
from casebackend.console.rendering import console, form_of, go
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest

bp = console("recusals")


@bp.get("/cases/<reference:str>/recusals")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    view = await task_views.recusals_view(session, case, me)
    people = {str(row.user_id): row.name for row in view.recusals if row.lifted_at is None}
    if MANAGER in me.roles:
        pool = await assignments.candidates(session, case, now=request.app.ctx.now())
        people |= {
            str(each.user_id): f"{each.name}（{each.reason}）" for each in pool.excluded if each.reason == "须回避"
        }
    declared = any(row.user_id == me.user_id and row.lifted_at is None for row in view.recusals)
    return section(
        request,
        "_recusals.html",
        number=case.number,
        heading="回避",
        view=view,
        may_declare=not declared and Status(case.status) in OPEN,
        people=people if MANAGER in me.roles else {},
    )


@bp.post("/cases/<reference:str>/recusals")
@transactional
async def declare(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    number = case.number
    reason = DeclareRecusal(reason=form.get("reason", "").strip()).reason
    await declaring.declare(session, case.id, reason, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{number}#recusals")


@bp.post("/cases/<reference:str>/recusals/waivers")
@transactional
async def waive(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    try:
        command = GrantWaiver(user_id=UUID(form.get("user_id", "")), reason=form.get("reason", "").strip())
    except ValueError:
        raise BadRequest("请选择人员并填写理由") from None
    await declaring.waive(session, case.id, command.user_id, command.reason, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#recusals")
