from datetime import date

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.dictionaries import ImportCodes, Imported, TermPage, TermView
from casebackend.audit import service as audit
from casebackend.database import reading, transactional
from casebackend.dictionaries import queries, service
from casebackend.idempotency import idempotent
from casebackend.paging import cut, one_of

bp = Blueprint("dictionaries", url_prefix="/dictionaries")


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
