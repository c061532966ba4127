"""What colleagues do around a case without moving it: tasks, recusals, evidence."""

from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.evidence import AddEvidence
from casebackend.api.recusals import DeclareRecusal, GrantWaiver
from casebackend.api.tasks import AnswerTask, AskTask, CancelTask, CaseTasks, RoundView, TaskView
from casebackend.attachments.wire import hand_out
from casebackend.cases import attaching, countersigning, declaring, task_views
from casebackend.cases.service import visible
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut, limit_of, one_of
from casebackend.tasks.model import Task

tasks_bp = Blueprint("tasks")
recusals_bp = Blueprint("recusals")
evidence_bp = Blueprint("evidence")


async def _task(request: Request, session: AsyncSession, task: Task, *, status: int = 200) -> HTTPResponse:
    [view] = await task_views.task_views(session, [task], request.ctx.principal, now=request.app.ctx.now())
    response = json(view.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/tasks/{task.id}")
    return preconditions.tagged(response, task.version)


@tasks_bp.post("/cases/<reference:str>/tasks")
@transactional
@idempotent
async def ask(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """Asks another unit or person. A countersigning is asked by the move `ask_countersign`."""
    command = AskTask.model_validate_json(request.body)
    case = await visible(session, request.ctx.principal, reference)
    task = await countersigning.ask(
        session, case.id, command, principal=request.ctx.principal, now=request.app.ctx.now()
    )
    return await _task(request, session, task, status=201)


@tasks_bp.get("/cases/<reference:str>/tasks")
@reading
async def of_case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    answer = await task_views.case_tasks(session, case, request.ctx.principal, now=request.app.ctx.now())
    every: list[RoundView | TaskView] = [*answer.rounds, *answer.consultations]
    shown, following = cut(request, every, lambda each: each.id)
    page = CaseTasks(
        number=answer.number,
        rounds=[each for each in shown if isinstance(each, RoundView)],
        consultations=[each for each in shown if isinstance(each, TaskView)],
        next=following,
    )
    return json(page.model_dump(mode="json"))


@tasks_bp.get("/tasks")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    answer = await task_views.task_page(
        session,
        request.ctx.principal,
        now=request.app.ctx.now(),
        box=one_of(task_views.Box, request, "box") or task_views.Box.WAITING,
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    return json(answer.model_dump(mode="json"))


@tasks_bp.get("/tasks/<task_id:uuid>")
@reading
async def task(request: Request, session: AsyncSession, task_id: UUID) -> HTTPResponse:
    return await _task(request, session, await countersigning.visible(session, request.ctx.principal, task_id))


async def _read(request: Request, session: AsyncSession, task_id: UUID) -> None:
    """The version that was read must be the one that stands."""
    sent = preconditions.wanted(request)
    found = await countersigning.visible(session, request.ctx.principal, task_id)
    preconditions.require(sent, found.version)


@tasks_bp.post("/tasks/<task_id:uuid>/receive")
@transactional
@preconditions.conditional
async def receive(request: Request, session: AsyncSession, task_id: UUID) -> HTTPResponse:
    await _read(request, session, task_id)
    me, now = request.ctx.principal, request.app.ctx.now()
    return await _task(request, session, await countersigning.receive(session, task_id, principal=me, now=now))


@tasks_bp.post("/tasks/<task_id:uuid>/answer")
@transactional
@preconditions.conditional
async def answer(request: Request, session: AsyncSession, task_id: UUID) -> HTTPResponse:
    await _read(request, session, task_id)
    command = AnswerTask.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    return await _task(request, session, await countersigning.answer(session, task_id, command, principal=me, now=now))


@tasks_bp.post("/tasks/<task_id:uuid>/cancel")
@transactional
@preconditions.conditional
async def cancel(request: Request, session: AsyncSession, task_id: UUID) -> HTTPResponse:
    await _read(request, session, task_id)
    reason = CancelTask.model_validate_json(request.body).reason
    me, now = request.ctx.principal, request.app.ctx.now()
    return await _task(request, session, await countersigning.cancel(session, task_id, reason, principal=me, now=now))


@recusals_bp.get("/cases/<reference:str>/recusals")
@reading
async def of_case_recusals(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    return json((await task_views.recusals_view(session, case, request.ctx.principal)).model_dump(mode="json"))


@recusals_bp.post("/cases/<reference:str>/recusals")
@transactional
@idempotent
async def declare(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """For oneself. Whoever holds the case gives it back with that."""
    reason = DeclareRecusal.model_validate_json(request.body).reason
    me = request.ctx.principal
    case = await visible(session, me, reference)
    await declaring.declare(session, case.id, reason, principal=me, now=request.app.ctx.now())
    answer = await task_views.recusals_view(session, case, me)
    return json(answer.model_dump(mode="json"), status=201)


@recusals_bp.post("/cases/<reference:str>/recusals/waivers")
@transactional
@idempotent
async def waive(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = GrantWaiver.model_validate_json(request.body)
    me = request.ctx.principal
    case = await visible(session, me, reference)
    await declaring.waive(session, case.id, command.user_id, command.reason, principal=me, now=request.app.ctx.now())
    answer = await task_views.recusals_view(session, case, me)
    return json(answer.model_dump(mode="json"), status=201)


@evidence_bp.get("/cases/<reference:str>/evidence")
@reading
async def of_case_evidence(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    found = await attaching.listed(session, case)
    shown, following = cut(request, found.items, lambda each: each.id)
    return json(found.model_copy(update={"items": shown, "next": following}).model_dump(mode="json"))


@evidence_bp.post("/cases/<reference:str>/evidence")
@transactional
@idempotent
async def add(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = AddEvidence.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    piece = await attaching.add(session, case.id, command, principal=me, now=now)
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return json(attaching.view(piece, masks).model_dump(mode="json"), status=201)


@evidence_bp.get("/cases/<reference:str>/evidence/<evidence_id:uuid>/file")
async def file(request: Request, reference: str, evidence_id: UUID) -> None:
    await download(request, reference, evidence_id)


async def download(request: Request, reference: str, evidence_id: UUID) -> None:
    """The file is an attachment of the case; the audit says that it was taken as evidence."""
    me, now = request.ctx.principal, request.app.ctx.now()
    async with request.app.ctx.database.transaction() as session:
        case = await visible(session, me, reference)
        attachment, content = await attaching.opened(session, case, evidence_id, principal=me, now=now)
        name = await customers.render(session, case.conversation_id, attachment.name)
    await hand_out(request, attachment, content, name)
