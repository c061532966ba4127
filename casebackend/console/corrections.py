"""修改与作废: by its number, an administrator gives a case back to its creator or has it voided by two persons."""

from typing import Any

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.api.voids import RefuseVoid
from casebackend.cases import service, voiding
from casebackend.cases.model import Case
from casebackend.cases.rules import Move, Status, moves_from
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.database import reading, transactional
from casebackend.errors import DomainError
from casebackend.matters.catalogue import catalogue
from casebackend.preconditions import etag

bp = console("corrections")
HERE = "/corrections"
OFFERED = (Move.EDIT, Move.VOID)
MEANS = {
    Move.EDIT: "退回到暂存，由登记人修改后重新提交；编号、法定时限和全部记录保留，修改前后的内容都留痕。",
    Move.VOID: "登记错误、测试数据等不应存在的投诉。须由两名系统管理员先后确认；只作标记，任何记录都不删除。",
}


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, number = request.ctx.principal, str(request.args.get("number") or "")
    case, missing = None, None
    if number.strip():
        try:
            case = await voiding.by_number(session, number)
        except DomainError as error:
            missing = error.detail
    return page(
        request,
        "corrections.html",
        number=number,
        missing=missing,
        case=_shown(case) if case is not None else None,
        moves=[(move, MOVE_LABELS[move], MEANS[move]) for move in OFFERED if case and _may(case, move, me.roles)],
        pending=await voiding.pending(session, me),
        done=request.args.get("done"),
    )


def _may(case: Case, move: Move, roles: frozenset[str]) -> bool:
    return move in moves_from(Status(case.status), roles)


def _shown(case: Case) -> dict[str, Any]:
    """Nothing that the customer said, and nobody's name."""
    return {
        "number": case.number,
        "version": case.version,
        "status": STATUS_LABELS[Status(case.status)],
        "matter": catalogue().matters[case.matter_type].label,
        "received_at": case.received_at,
        "asked": case.void_requested_by is not None,
    }


@bp.post(HERE)
@transactional
async def correct(request: Request, session: AsyncSession) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await voiding.by_number(session, form.get("number", ""))
    require_version(form.get("version"), case.version)
    command = MoveCase(move=Move(form.get("move", "")), opinion=form.get("opinion") or None, version=case.version)
    asked = case.void_requested_by
    moved = await service.move_case(session, case.id, command, principal=me, now=request.app.ctx.now())
    waits = command.move is Move.VOID and Status(moved.status) is not Status.VOIDED
    done = ("still" if asked else "asked") if waits else str(command.move)
    return go(request, f"{HERE}?number={moved.number}&done={done}")


@bp.post("/corrections/<number:str>/refusal")
@transactional
async def refuse(request: Request, session: AsyncSession, number: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await voiding.by_number(session, number)
    require_version(form.get("version"), case.version)
    opinion = RefuseVoid.model_validate({"opinion": form.get("opinion", "")}).opinion
    now = request.app.ctx.now()
    await voiding.refuse(session, number, opinion, match=etag(case.version), principal=me, now=now)
    return go(request, f"{HERE}?done=refused")
