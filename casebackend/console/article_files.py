"""依据附件 on the page of a version. Whatever is added or taken away, what is being written beside it stays."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.article_files import RemoveArticleFile
from casebackend.attachments.allowlist import allowed
from casebackend.attachments.receiving import MB, Upload
from casebackend.console.curation import HERE
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, is_partial, page
from casebackend.console.rights import may
from casebackend.curation import enclosing, queries, steps
from casebackend.curation.enclosing_routes import download, kept, taken
from casebackend.curation.model import Article
from casebackend.curation.rules import Step
from casebackend.database import transactional
from casebackend.errors import DomainError

bp = console("article_files")
AT = f"{HERE}/articles/<article_id:str>/<number:int>/files"


async def shown(request: Request, session: AsyncSession, row: Article) -> dict[str, Any]:
    """What `_article_files.html` stands on."""
    at = f"{HERE}/articles/{row.id}/{row.version}/files"
    return {
        "files_at": at,
        "files": [enclosing.view(session, each) for each in await enclosing.listed(session, row)],
        "may_enclose": await _may(request, session, row) and may(request, at, "POST"),
        "types": "、".join(each.extension.upper() for each in allowed()),
        "accept": ",".join(f".{each.extension}" for each in allowed()),
        "most_mb": enclosing.limits_of(session).file_bytes // MB,
    }


async def _may(request: Request, session: AsyncSession, row: Article) -> bool:
    try:
        await steps.require_may(session, row, Step.EDIT, request.ctx.principal)
    except DomainError:
        return False
    return True


@bp.post(AT, stream=True)
async def add(request: Request, article_id: str, number: int) -> HTTPResponse:
    upload = await taken(request, article_id, number)
    response: HTTPResponse = await _kept(request, article_id, number, upload)
    return response


@transactional
async def _kept(request: Request, session: AsyncSession, article_id: str, number: int, upload: Upload) -> HTTPResponse:
    await kept(request, session, article_id, number, upload)
    return await _again(request, session, await queries.version(session, article_id, number))


@bp.get(f"{AT}/<attachment_id:uuid>/file")
async def file(request: Request, article_id: str, number: int, attachment_id: UUID) -> None:
    await download(request, article_id, number, attachment_id)


@bp.post(f"{AT}/<attachment_id:uuid>/removal")
@transactional
async def remove(
    request: Request, session: AsyncSession, article_id: str, number: int, attachment_id: UUID
) -> HTTPResponse:
    form, row = form_of(request), await queries.hold(session, article_id, number)
    found = await enclosing.visible(session, row, attachment_id)
    require_version(form.get("version"), found.version)
    reason = RemoveArticleFile(reason=form.get("reason", "").strip()).reason
    await enclosing.remove(session, row, found, reason, by=request.ctx.principal, now=request.app.ctx.now())
    return await _again(request, session, row)


async def _again(request: Request, session: AsyncSession, row: Article) -> HTTPResponse:
    """Only the list is drawn anew: the form of the entry may hold what nobody has saved."""
    if not is_partial(request):
        return go(request, f"{HERE}/articles/{row.id}/{row.version}#files")
    answer = page(request, "_article_files.html", **await shown(request, session, row))
    answer.headers.update({"HX-Retarget": "#files", "HX-Reswap": "innerHTML"})
    return answer
