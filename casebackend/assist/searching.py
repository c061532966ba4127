"""People look for entries: what they asked for, read from the address, and what was found.

The files answer, and the database says of each hit whether it still stands; where the files cannot be used, the
database answers alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sanic import Request

from casebackend.access.principal import Kind as PrincipalKind
from casebackend.api.assist import Completions, CompletionView, Found, FoundPage, NothingFound
from casebackend.assist import searching_sql
from casebackend.calendar.rules import local_date
from casebackend.curation.knowledge_files import FilesAway
from casebackend.paging import BadFilter, count, cursor_of, limit_of, one_of, read_cursor
from knowledge.articles import Audience, Kind
from knowledge.completions import Completion
from knowledge.snapshot import DEEPEST, Bounds, Hit, Looked, Order, Shelves

LONGEST_QUERY = 200
LONGEST_NAME = 200
HITS = 20
COMPLETIONS = 8
REDUCED = "检索索引正在重建，结果可能不全"
FIRST_YEAR, LAST_YEAR = 1990, 2199
# The name of each bound in an address.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {"kinds": "kind", "branch": "branch", "source": "source", "audience": "audience", "unit": "unit", "on": "on"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    words: str
    bounds: Bounds
    order: Order
    start: int


def asked(request: Request) -> Asked:
    cursor = request.args.get("cursor")
    [start] = read_cursor(cursor, [count]) if cursor else [0]
    return Asked(words_of(request), bounds_of(request), one_of(Order, request, "order") or Order.RELEVANCE, start)


def words_of(request: Request) -> str:
    return str(request.args.get("q") or "").replace("\0", "").strip()[:LONGEST_QUERY]


def bounds_of(request: Request) -> Bounds:
    """Today, where no day is asked for."""
    kinds = [kind for kind in request.args.getlist("kind", []) if kind]
    if not set(kinds) <= set(Kind):
        raise BadFilter("kind")
    return Bounds(
        on=_day(request) or local_date(request.app.ctx.now()),
        kinds=frozenset(map(Kind, kinds)) or None,
        branch=one_of(_name, request, "branch"),
        source=one_of(_name, request, "source"),
        audience=audience_of(request),
        unit=str(unit) if (unit := one_of(UUID, request, "unit")) else None,
    )


def audience_of(request: Request) -> Audience | None:
    """What is internal is for colleagues: a program of another system never reads it, whatever it asks for."""
    if request.ctx.principal.kind is not PrincipalKind.STAFF:
        return Audience.EXTERNAL
    return one_of(Audience, request, "audience")


def _day(request: Request) -> date | None:
    day = one_of(date.fromisoformat, request, "on")
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadFilter("on")
    return day


def _name(word: str) -> str:
    if len(word) > LONGEST_NAME or "\0" in word:
        raise ValueError(word)
    return word


async def look(request: Request, wanted: Asked) -> tuple[Looked, str | None]:
    """With the cursor of the following page."""
    context, words, limit = request.app.ctx, wanted.words, limit_of(request, HITS)
    how: dict[str, Any] = {"order": wanted.order, "start": wanted.start, "limit": limit}
    try:
        found: Looked = await context.knowledge.look(words, wanted.bounds, **how)
    except FilesAway:
        async with context.database.reading() as session:
            shown = found = await searching_sql.look(session, words, wanted.bounds, **how)
    else:
        shown = await _standing(request, found, wanted.bounds)
    end = wanted.start + len(found.hits)
    more = found.hits and end < min(found.total, DEEPEST)
    return shown, cursor_of([end]) if more else None


async def _standing(request: Request, found: Looked, bounds: Bounds) -> Looked:
    """The files may be older than the last word of the curators: of this page, what they withdrew is left out."""
    keys = {(hit.article.id, hit.article.version) for hit in found.hits}
    async with request.app.ctx.database.reading() as session:
        valid = await searching_sql.standing(session, {id for id, _ in keys}, bounds.on)
    if keys <= valid:
        return found
    hits = [hit for hit in found.hits if (hit.article.id, hit.article.version) in valid]
    return replace(found, hits=hits, total=found.total - len(found.hits) + len(hits))


async def shelves(request: Request, bounds: Bounds) -> Shelves:
    try:
        found: Shelves = await request.app.ctx.knowledge.read(lambda search: search.shelves(bounds))
    except FilesAway:
        async with request.app.ctx.database.reading() as session:
            return await searching_sql.shelves(session, bounds)
    return found


async def complete(request: Request) -> list[Completion]:
    context, typed, on = request.app.ctx, words_of(request), local_date(request.app.ctx.now())
    audience = audience_of(request)
    try:
        found: list[Completion] = await context.knowledge.read(
            lambda search: search.complete(typed, on=on, audience=audience, limit=2 * COMPLETIONS)
        )
    except FilesAway:
        async with context.database.reading() as session:
            bounds = Bounds(on=on, audience=audience)
            return await searching_sql.complete(session, typed, bounds, limit=COMPLETIONS)
    ids = {each.article_id for each in found if each.article_id is not None}
    if ids:
        async with context.database.reading() as session:
            valid = {id for id, _ in await searching_sql.standing(session, ids, on)}
        found = [each for each in found if each.article_id is None or each.article_id in valid]
    return found[:COMPLETIONS]


def completions_view(found: list[Completion]) -> Completions:
    return Completions(
        completions=[CompletionView(text=each.text, means=each.means, article_id=each.article_id) for each in found]
    )


def page_view(found: Looked, following: str | None) -> FoundPage:
    advice, nothing = found.advice, None
    if advice is not None:
        nothing = NothingFound(
            without={PARAMETERS[name]: hits for name, hits in advice.without.items()},
            elsewhere=advice.elsewhere,
            loose=dict(advice.loose),
            near=dict(advice.near),
        )
    return FoundPage(
        items=[_found(hit) for hit in found.hits],
        next=following,
        total=found.total,
        unknown=list(found.unknown),
        reduced=REDUCED if found.reduced else None,
        nothing=nothing,
    )


def _found(hit: Hit) -> Found:
    article = hit.article
    return Found(
        article_id=article.id,
        version=article.version,
        title=article.title,
        kind=article.kind,
        clause=article.clause,
        source=article.source,
        effective_from=article.effective_from,
        effective_to=article.effective_to,
        internal=article.audience is Audience.INTERNAL,
        unit_id=UUID(article.unit) if article.unit else None,
        excerpt="".join(piece.text for piece in hit.excerpt),
        marked=list(dict.fromkeys(piece.text for piece in (*hit.title, *hit.excerpt) if piece.matched)),
        text=article.text,
    )
