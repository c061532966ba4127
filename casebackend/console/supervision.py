from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.escalations import UrgeCase
from casebackend.api.supervision import CloseSupervision, OpenSupervision, ReplySupervision, ReturnSupervision
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Status
from casebackend.cases.service import visible
from casebackend.console.rendering import SHANGHAI, console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.demands import rules
from casebackend.demands.model import Supervision
from casebackend.demands.rules import SOURCE_LABELS, STATE_LABELS, State
from casebackend.errors import Unprocessable
from casebackend.escalations import service as escalations
from casebackend.supervision import queries, service

bp = console("supervision")
AT = "/cases/<reference:str>/supervision"


class DueMissing(Unprocessable):
    slug, title = "due-missing", "请填写回复期限"

    def __init__(self) -> None:
        super().__init__("回复期限的日期或时间不正确")


@bp.get("/supervision")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    me, given = request.ctx.principal, str(request.args.get("state") or State.OPEN)
    state = State(given) if given in set(State) else None
    found, following = await queries.page(
        session, me, now=request.app.ctx.now(), state=state, cursor=request.args.get("cursor")
    )
    return page(
        request,
        "supervision.html",
        items=found,
        following=following,
        state=state,
        states=STATE_LABELS,
        may_export=may(request, "/supervision.csv"),
    )


@bp.get(AT)
@reading
async def section(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """催办 and 督办 of one case, with what may be done about it."""
    me = request.ctx.principal
    case = await visible(session, me, reference)
    in_process = Status(case.status) in IN_PROCESS
    return page(
        request,
        "_supervision.html",
        number=case.number,
        items=await queries.of_case(session, case, me, now=request.app.ctx.now()),
        may_open=in_process and bool(me.roles & rules.SUPERVISORS),
        may_urge=in_process and me.user_id is not None,
        urge_count=case.urge_count,
        sources=SOURCE_LABELS,
    )


def _due_at(form: Mapping[str, str]) -> datetime:
    try:
        return datetime.fromisoformat(form.get("due_at", "")).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise DueMissing from None


def _back(request: Request, case: Case) -> HTTPResponse:
    return go(request, f"/cases/{case.number}#supervision")


@bp.post("/cases/<reference:str>/supervision/urge")
@transactional
async def urge(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    command = UrgeCase(opinion=form_of(request).get("opinion", ""))
    await escalations.urge(session, reference, command.opinion, by=me, now=now)
    return _back(request, await visible(session, me, reference))


@bp.post(AT)
@transactional
async def open_item(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    due_at = _due_at(form)
    command = OpenSupervision.model_validate(
        {
            "demand": form.get("demand", ""),
            "due_at": due_at,
            "source": form.get("source", "internal"),
            "number": form.get("number") or None,
        }
    )
    await service.open_item(session, reference, command, by=me, now=now)
    return _back(request, await visible(session, me, reference))


async def _read_item(request: Request, session: AsyncSession, item_id: UUID) -> tuple[Supervision, Case]:
    item, case = await service.visible_item(session, item_id, request.ctx.principal)
    preconditions.require(f'"{form_of(request).get("version", "")}"', item.version)
    return item, case


@bp.post("/supervision/<item_id:uuid>/read")
@transactional
async def read(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    item, case = await _read_item(request, session, item_id)
    await service.read(session, item, case, by=request.ctx.principal, now=request.app.ctx.now())
    return _back(request, case)


@bp.post("/supervision/<item_id:uuid>/reply")
@transactional
async def reply(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    item, case = await _read_item(request, session, item_id)
    command = ReplySupervision(text=form_of(request).get("text", ""))
    await service.reply(session, item, case, command.text, by=request.ctx.principal, now=request.app.ctx.now())
    return _back(request, case)


@bp.post("/supervision/<item_id:uuid>/return")
@transactional
async def send_back(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    item, case = await _read_item(request, session, item_id)
    form = form_of(request)
    command = ReturnSupervision(demand=form.get("demand", ""), due_at=_due_at(form))
    await service.send_back(session, item, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return _back(request, case)


@bp.get("/supervision.csv")
@reading
async def export(request: Request, session: AsyncSession) -> HTTPResponse:
    """An old address: like every other export it is asked for, with its purpose."""
    given = str(request.args.get("state") or "all")
    return redirect(f"/exports/new/supervision?state={given if given in set(State) else 'all'}")


@bp.post("/supervision/<item_id:uuid>/close")
@transactional
async def close(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    item, case = await _read_item(request, session, item_id)
    command = CloseSupervision(opinion=form_of(request).get("opinion", ""))
    await service.close(session, item, case, command.opinion, by=request.ctx.principal, now=request.app.ctx.now())
    return _back(request, case)
