from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.tasks import AnswerTask, AskTask, CancelTask
from casebackend.cases import countersigning, task_views
from casebackend.cases.service import visible
from casebackend.console.choices import units_to_choose
from casebackend.console.fragments import require_version, section
from casebackend.console.rendering import console, form_of, go, page
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.tasks.errors import TaskNotFound

bp = console("tasks")
BOXES = {"waiting": "待我协办", "done": "我已反馈", "sent": "我发起的"}


@bp.get("/tasks")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """What waits for me or my unit, what I answered, what I asked for."""
    me, now = request.ctx.principal, request.app.ctx.now()
    box = request.args.get("box", "waiting")
    box = box if box in BOXES else "waiting"
    found = await task_views.task_page(session, me, now=now, box=task_views.Box(box), cursor=request.args.get("cursor"))
    return page(request, "tasks.html", tasks=found.items, following=found.next, box=box, boxes=BOXES)


@bp.get("/cases/<reference:str>/tasks")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    view = await task_views.case_tasks(session, case, me, now=now)
    may_ask = countersigning.may_ask(case, me)
    return section(
        request,
        "_tasks.html",
        number=case.number,
        heading="协办任务",
        tasks=view,
        may_ask=may_ask,
        may_require=countersigning.may_require(case),
        units=await units_to_choose(session) if may_ask else {},
        me=me.user_id,
        in_charge=me.user_id is not None and me.user_id == case.handler_id,
    )


@bp.post("/cases/<reference:str>/tasks")
@transactional
async def ask(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    command = AskTask(
        unit_id=UUID(form["unit_id"]) if form.get("unit_id") else None,
        demand=form.get("demand", "").strip(),
        required=form.get("required") == "1",
    )
    await countersigning.ask(session, case.id, command, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#tasks")


@bp.post("/cases/<reference:str>/tasks/<task_id:uuid>/<act:str>")
@transactional
async def act(request: Request, session: AsyncSession, reference: str, task_id: UUID, act: str) -> HTTPResponse:
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    case = await visible(session, me, reference)
    number = case.number
    task = await countersigning.visible(session, me, task_id)
    if task.case_id != case.id:
        raise TaskNotFound
    require_version(form.get("version"), task.version)
    if act == "receive":
        await countersigning.receive(session, task_id, principal=me, now=now)
    elif act == "answer":
        command = AnswerTask.model_validate(
            {"answer": form.get("answer", "").strip(), "agrees": form.get("agrees") or None}
        )
        await countersigning.answer(session, task_id, command, principal=me, now=now)
    elif act == "cancel":
        reason = CancelTask(reason=form.get("reason", "").strip()).reason
        await countersigning.cancel(session, task_id, reason, principal=me, now=now)
    else:
        raise BadRequest("没有这个操作")
    return go(request, f"/cases/{number}#tasks")
