"""Files and recordings of a case on its page."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.attachments import RemoveAttachment
from casebackend.attachments.allowlist import allowed
from casebackend.attachments.receiving import MB, Upload
from casebackend.attachments.rules import LABELS, Kind
from casebackend.cases import enclosing
from casebackend.cases.enclosing_routes import BY_HAND, download, kept, small_picture, taken
from casebackend.cases.rules import TERMINAL, Status
from casebackend.cases.service import visible
from casebackend.console.fragments import require_version, section
from casebackend.console.rendering import console, form_of, go
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.recordings import service as recordings
from casebackend.recordings.routes import play

bp = console("attachments")
recordings_bp = console("recordings")
SPEAKERS = {"customer": "客户", "agent": "坐席", "ivr": "系统"}


@bp.get("/cases/<reference:str>/attachments")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me: Principal = request.ctx.principal
    case = await visible(session, me, reference)
    limits = enclosing.limits_of(session)
    files = (await enclosing.listed(session, case)).items
    return section(
        request,
        "_attachments.html",
        number=case.number,
        heading="附件",
        files=[each for each in files if each.kind is not Kind.RECORDING],
        kinds={kind: LABELS[kind] for kind in sorted(BY_HAND)},
        types="、".join(each.extension.upper() for each in allowed()),
        accept=",".join(f".{each.extension}" for each in allowed()),
        most_mb=limits.file_bytes // MB,
        may_add=Status(case.status) not in TERMINAL and may(request, f"/cases/{case.number}/attachments", "POST"),
        may_remove=_may_remove(request, case.number),
    )


def _may_remove(request: Request, number: str) -> bool:
    nobody = UUID(int=0)
    return may(request, f"/cases/{number}/attachments/{nobody}/removal", "POST")


@bp.post("/cases/<reference:str>/attachments", stream=True)
async def add(request: Request, reference: str) -> HTTPResponse:
    upload = await taken(request, reference)
    response: HTTPResponse = await _kept(request, reference, upload)
    return response


@transactional
async def _kept(request: Request, session: AsyncSession, reference: str, upload: Upload) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    await kept(session, case, upload, request)
    return go(request, f"/cases/{case.number}#attachments")


@bp.get("/cases/<reference:str>/attachments/<attachment_id:uuid>/file")
async def file(request: Request, reference: str, attachment_id: UUID) -> None:
    await download(request, reference, attachment_id)


@bp.get("/cases/<reference:str>/attachments/<attachment_id:uuid>/preview")
@reading
async def preview(request: Request, session: AsyncSession, reference: str, attachment_id: UUID) -> HTTPResponse:
    return await small_picture(request, session, reference, attachment_id)


@bp.post("/cases/<reference:str>/attachments/<attachment_id:uuid>/removal")
@transactional
async def remove(request: Request, session: AsyncSession, reference: str, attachment_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    number = case.number
    require_version(form.get("version"), (await enclosing.visible(session, case, attachment_id)).version)
    reason = RemoveAttachment(reason=form.get("reason", "").strip()).reason
    await enclosing.remove(session, case, attachment_id, reason, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{number}#attachments")


@recordings_bp.get("/cases/<reference:str>/recordings")
@reading
async def show_recordings(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    found = await recordings.listed(session, case, me, now=request.app.ctx.now())
    return section(
        request, "_recordings.html", number=case.number, heading="通话录音", calls=found.items, speakers=SPEAKERS
    )


@recordings_bp.get("/cases/<reference:str>/recordings/<attachment_id:uuid>/audio")
async def audio(request: Request, reference: str, attachment_id: UUID) -> HTTPResponse | None:
    return await play(request, reference, attachment_id)
