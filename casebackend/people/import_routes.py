"""Files of units and people over the interface: looked at, then applied by their hash."""

from base64 import b64decode
from binascii import Error
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.people import ApplyImport, CheckFile
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.people import imports, views
from casebackend.people.errors import FileUnreadable
from casebackend.people.model import ImportRun

bp = Blueprint("imports", url_prefix="/imports")


def _answer(run: ImportRun, status: int = 200) -> HTTPResponse:
    answer = json(views.run(run).model_dump(mode="json"), status=status)
    return preconditions.placed(answer, f"/imports/{run.id}") if status == 201 else answer


@bp.post("")
@transactional
@idempotent
async def check(request: Request, session: AsyncSession) -> HTTPResponse:
    command = CheckFile.model_validate_json(request.body)
    try:
        content = b64decode(command.content, validate=True)
    except Error:
        raise FileUnreadable("文件内容不是正确的 base64") from None
    return _answer(await imports.check(session, content, by=request.ctx.principal, now=request.app.ctx.now()), 201)


@bp.get("/<run_id:uuid>")
@reading
async def run(request: Request, session: AsyncSession, run_id: UUID) -> HTTPResponse:
    return _answer(await imports.run(session, run_id))


@bp.post("/<run_id:uuid>/application")
@transactional
@idempotent
async def apply(request: Request, session: AsyncSession, run_id: UUID) -> HTTPResponse:
    sha256, me = ApplyImport.model_validate_json(request.body).sha256, request.ctx.principal
    return _answer(await imports.apply(session, run_id, sha256, by=me, now=request.app.ctx.now()), 201)
