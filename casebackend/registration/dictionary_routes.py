from datetime import date
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.dictionaries import (
    ChangeTerm,
    DictionaryPage,
    DictionaryView,
    ImportCodes,
    Imported,
    TermChangePage,
    TermChangeView,
    TermPage,
    TermView,
)
from casebackend.audit import service as audit
from casebackend.database import reading, transactional
from casebackend.dictionaries import changing, queries, service
from casebackend.dictionaries.model import DictionaryChange
from casebackend.idempotency import idempotent
from casebackend.paging import cut, one_of
from casebackend.registration.dictionary_use import used

bp = Blueprint("dictionaries", url_prefix="/dictionaries")


@bp.get("")
@reading
async def known(request: Request, session: AsyncSession) -> HTTPResponse:
    """All dictionaries, with the number of words in use."""
    found = [
        DictionaryView(code=code, label=label, words=len(await queries.terms(session, code)))
        for code, label in service.labels().items()
    ]
    shown, following = cut(request, found, lambda each: each.code)
    return json(DictionaryPage(items=shown, next=following).model_dump(mode="json"))


@bp.get("/<dictionary:str>/changes")
@reading
async def changes(request: Request, session: AsyncSession, dictionary: str) -> HTTPResponse:
    """Done and planned, newest first."""
    if dictionary not in service.labels():
        raise service.DictionaryNotFound
    shown, following = cut(request, await queries.changes(session, dictionary), lambda row: row.id)
    answer = TermChangePage(items=[TermChangeView.model_validate(row) for row in shown], next=following)
    return json(answer.model_dump(mode="json"))


def _changed(row: DictionaryChange, status: int = 200) -> HTTPResponse:
    answer = TermChangeView.model_validate(row).model_dump(mode="json")
    return preconditions.tagged(json(answer, status=status), row.version)


@bp.post("/<dictionary:str>/changes")
@transactional
@idempotent
async def change(request: Request, session: AsyncSession, dictionary: str) -> HTTPResponse:
    command, me, now = ChangeTerm.model_validate_json(request.body), request.ctx.principal, request.app.ctx.now()
    by = (me.actor, me.display_name)
    return _changed(await changing.change(session, dictionary, command, used=used, by=by, now=now), 201)


@bp.post("/<dictionary:str>/changes/<change_id:uuid>/cancellation")
@transactional
@preconditions.conditional
async def cancel(request: Request, session: AsyncSession, dictionary: str, change_id: UUID) -> HTTPResponse:
    row = await changing.held(session, dictionary, change_id)
    preconditions.require(preconditions.wanted(request), row.version)
    await changing.cancel(session, row, by=request.ctx.principal.actor, now=request.app.ctx.now())
    return _changed(row)


@bp.get("/<dictionary:str>")
@reading
async def listing(request: Request, session: AsyncSession, dictionary: str) -> HTTPResponse:
    """The terms in force on a day; without one, the newest of each."""
    on = one_of(date.fromisoformat, request, "on")
    found = await queries.terms(session, dictionary, on=on)
    if not found and not await queries.terms(session, dictionary):
        raise service.DictionaryNotFound
    shown, following = cut(request, found, lambda term: term.id)
    answer = TermPage(items=[TermView.model_validate(term) for term in shown], next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/<dictionary:str>/codes")
@transactional
@idempotent
async def codes(request: Request, session: AsyncSession, dictionary: str) -> HTTPResponse:
    command, now = ImportCodes.model_validate_json(request.body), request.app.ctx.now()
    changed = await service.import_codes(
        session, dictionary, command.codes, effective_from=command.effective_from, source=command.source
    )
    await audit.record(
        session,
        chain="dictionaries",
        event="dictionary.codes_imported",
        actor=request.ctx.principal.actor,
        object=dictionary,
        now=now,
        detail={"changed": changed, "effective_from": command.effective_from.isoformat(), "source": command.source},
    )
    return json(Imported(changed=changed).model_dump(), status=201)
