"""字典: the words of one code list, what was changed or is planned, and the forms for changing them from a day on."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.dictionaries import ChangeTerm
from casebackend.calendar.rules import local_date
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.dictionaries import changing, queries
from casebackend.dictionaries.queries import Term
from casebackend.dictionaries.rules import CATEGORY_B, CHANGE_NAMES, Change
from casebackend.dictionaries.service import delivered, labels
from casebackend.people.files import listed
from casebackend.registration.dictionary_use import used

bp = console("dictionaries")
HERE = "/dictionaries"


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """Of the dictionary `code`; with `term` the forms for that word."""
    code = str(request.args.get("code") or CATEGORY_B)
    chosen = code if code in labels() else CATEGORY_B
    terms = await queries.terms(session, chosen)
    asked = str(request.args.get("term") or "")
    term = next((each for each in terms if each.id == asked), None)
    return page(
        request,
        "dictionaries.html",
        labels=labels(),
        chosen=chosen,
        terms=_as_tree(terms),
        names={queries.base_of(each.id): each.name for each in terms},
        term=term,
        count=await used(session, chosen, term.name) if term else 0,
        deletable=term is not None and queries.base_of(term.id) not in delivered(),
        changes=await queries.changes(session, chosen),
        change_names=CHANGE_NAMES,
        field_names={"name": "名称", "code": "代码", "parent_id": "上级", "keywords": "关键词"},
        base_of=queries.base_of,
        today=local_date(request.app.ctx.now()),
        may_edit=may(request, HERE, "POST"),
    )


def _as_tree(terms: Any) -> list[tuple[Term, int]]:
    """Each word under the one above it, in their order."""
    known = {each.id for each in terms}

    def below(parent: str | None, depth: int) -> list[tuple[Term, int]]:
        own = [each for each in terms if (each.parent_id if each.parent_id in known else None) == parent]
        return [found for each in own for found in ((each, depth), *below(each.id, depth + 1))]

    return below(None, 0)


@bp.post(HERE)
@transactional
async def change(request: Request, session: AsyncSession) -> HTTPResponse:
    form, me = form_of(request), request.ctx.principal
    given: dict[str, Any] = given_in(form, "change", "term_id", "name", "parent_id", "effective_from", "source")
    if given.get("change") in (Change.ADD, Change.CHANGE):
        given |= {"code": form.get("code", "").strip(), "parent_id": form.get("parent_id", "").strip()}
        given["keywords"] = listed(form.get("keywords", ""))
    command, by = ChangeTerm.model_validate(given), (me.actor, me.display_name)
    dictionary = form.get("dictionary", "")
    await changing.change(session, dictionary, command, used=used, by=by, now=request.app.ctx.now())
    return go(request, f"{HERE}?code={dictionary}")


@bp.post(f"{HERE}/<dictionary:str>/changes/<change_id:uuid>/cancellation")
@transactional
async def cancel(request: Request, session: AsyncSession, dictionary: str, change_id: UUID) -> HTTPResponse:
    row = await changing.held(session, dictionary, change_id)
    require_version(form_of(request).get("version"), row.version)
    await changing.cancel(session, row, by=request.ctx.principal.actor, now=request.app.ctx.now())
    return go(request, f"{HERE}?code={dictionary}")
