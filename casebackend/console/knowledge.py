"""The knowledge base for readers: tree, search and entries. Every filter stands in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist import picking, searching
from casebackend.assist import reading as entries
from casebackend.calendar.rules import local_date
from casebackend.cases import queries as cases
from casebackend.console import labels
from casebackend.console.rendering import console, page
from casebackend.console.rights import may
from casebackend.curation import keeping, reviewing
from casebackend.curation.rules import BRANCHES, REVIEW_NAMES
from casebackend.database import reading
from casebackend.gaps import missing
from casebackend.paging import count, one_of
from knowledge import sayable
from knowledge.articles import Kind
from knowledge.snapshot import Bounds, Looked, Order, Shelves

bp = console("knowledge")
HERE = "/knowledge"
MOST_SOURCES = 60
LONGEST_NUMBER = 20
# A search within bounds that finds nothing says nothing about the whole.
NARROWED = frozenset({*searching.PARAMETERS.values(), "cursor"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A place in the tree: its name, its whole path, how many entries it and what is below it hold."""

    name: str
    path: str
    count: int
    below: "tuple[Branch, ...]" = ()


def tree_of(shelves: Shelves) -> list[Branch]:
    """Two levels, in the order of the house; what the house has no order for comes last."""

    def place(name: str) -> tuple[int, str]:
        known = BRANCHES
        return (known.index(name) if name in known else len(known), name)

    def below(path: str) -> tuple[Branch, ...]:
        held = shelves.branches.items()
        return tuple(
            Branch(name.removeprefix(f"{path}/"), name, held_count)
            for name, held_count in held
            if name.startswith(f"{path}/") and name.count("/") == 1
        )

    tops = sorted({*BRANCHES, *(name for name in shelves.branches if "/" not in name)}, key=place)
    return [Branch(name, name, shelves.branches.get(name, 0), below(name)) for name in tops]


@bp.get(HERE)
async def show(request: Request) -> HTTPResponse:
    wanted = searching.asked(request)
    found, following = await searching.look(request, wanted)
    if wanted.words and not found.total and not found.reduced and not NARROWED & request.args.keys():
        await missing.of_search(request, wanted.words)
    today = local_date(request.app.ctx.now())
    pairs = pairs_of(request, wanted)
    shelves = await searching.shelves(request, Bounds(on=wanted.bounds.on, audience=wanted.bounds.audience))
    units = await _units(request, shelves, wanted.bounds.unit)
    return page(
        request,
        "knowledge.html",
        wanted=wanted,
        found=found,
        reduced=searching.REDUCED if found.reduced else None,
        tree=tree_of(shelves),
        total=sum(shelves.kinds.values()),
        sources=sorted(shelves.sources, key=lambda source: -shelves.sources[source])[:MOST_SOURCES],
        units=units,
        kinds=[(kind, shelves.kinds.get(kind, 0)) for kind in Kind],
        orders={Order.RELEVANCE: "相关程度", Order.NEWEST: "生效日期"},
        audiences=entries.AUDIENCES,
        today=today,
        case_number=number_of(request),
        on=wanted.bounds.on if wanted.bounds.on != today else None,
        chips=chips(pairs, units),
        reasons=reasons(found, pairs),
        url=lambda **changes: address(pairs, **changes),
        following=address([*pairs, ("cursor", following)]) if following else None,
    )


async def _units(request: Request, shelves: Shelves, chosen: str | None) -> dict[str, str]:
    """The departments that keep something, the one with most first; and the one that was asked for."""
    ids = sorted(shelves.units, key=lambda unit: (-shelves.units[unit], unit))
    async with request.app.ctx.database.reading() as session:
        names = await keeping.names_of(session, {*ids, *([chosen] if chosen else [])})
    return {id: names[id] for id in dict.fromkeys([*ids, *([chosen] if chosen else [])]) if id in names}


def number_of(request: Request) -> str:
    """Of the case that is worked on; whether the reader may see it is asked where it matters."""
    given = str(request.args.get("case") or "")
    return given if given.isalnum() and len(given) <= LONGEST_NUMBER else ""


def pairs_of(request: Request, wanted: searching.Asked) -> list[tuple[str, str]]:
    """What is asked for, without where in the list."""
    given = [("q", wanted.words)] if wanted.words else []
    names = ("kind", "branch", "source", "unit", "audience", "on", "order", "case")
    return given + [(name, word) for name in names for word in request.args.getlist(name, []) if word]


def address(pairs: list[tuple[str, str]], **changes: str | None) -> str:
    kept = [(name, word) for name, word in pairs if name not in changes]
    query = urlencode(kept + [(name, word) for name, word in changes.items() if word])
    return f"{HERE}?{query}" if query else HERE


def chips(pairs: list[tuple[str, str]], units: dict[str, str]) -> list[tuple[str, str]]:
    """Each filter in force, and where to go to be without it."""
    names = {
        "kind": "类型",
        "branch": "目录",
        "source": "来源",
        "unit": "归口部门",
        "audience": "使用范围",
        "on": "有效日",
    }
    said = units | {str(audience): name for audience, name in entries.AUDIENCES.items()}
    return [
        (f"{names[name]}：{said.get(word, word)}", address([pair for pair in pairs if pair != (name, word)]))
        for name, word in pairs
        if name in names
    ]


def reasons(found: Looked, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Why nothing was found, each with where to go to find something."""
    advice = found.advice
    if advice is None:
        return []
    told = [
        (f"{labels.WITHOUT[name]}有 {hits} 条", address(pairs, **{searching.PARAMETERS[name]: None}))
        for name, hits in advice.without.items()
        if name != "on" and any(given == searching.PARAMETERS[name] for given, _ in pairs)
    ]
    if advice.day:
        hits = advice.without["on"]
        told.append(
            (f"有 {hits} 条在所选日期不生效，查看 {advice.day} 有效的", address(pairs, on=advice.day.isoformat()))
        )
    told += [
        (f"不要求引号内一字不差、条款号相符，有 {hits} 条", address(pairs, q=words))
        for words, hits in advice.loose.items()
    ]
    told += [(f"换成“{words}”有 {hits} 条", address(pairs, q=words)) for words, hits in advice.near.items()]
    if not told and advice.elsewhere:
        words = next((word for name, word in pairs if name == "q"), None)
        told.append((f"去掉全部筛选有 {advice.elsewhere} 条", address([], q=words)))
    return told


@bp.get("/knowledge/<article_id:str>")
@reading
async def entry(request: Request, session: AsyncSession, article_id: str) -> HTTPResponse:
    today = local_date(request.app.ctx.now())
    every = await entries.versions(session, article_id, on=today)
    shown = entries.chosen(every, one_of(count, request, "version"))
    against = one_of(count, request, "against")
    article = shown.article
    pair = [article, entries.chosen(every, against).article] if against else []
    pair.sort(key=lambda each: each.version)
    me, now, number = request.ctx.principal, request.app.ctx.now(), number_of(request)
    case = await cases.visible(session, me, number) if number and may(request, f"/cases/{number}") else None
    here = f"/console/cases/{number}/entries/{article_id}"
    usable = shown.standing is entries.Standing.IN_FORCE and may(request, here, "POST")
    names = await entries.titles(session, {*article.links, *([article.supersedes] if article.supersedes else [])})
    values: dict[str, Any] = {
        "shown": shown,
        "current": entries.chosen(every, None),
        "every": every,
        "pair": pair,
        "differences": entries.differences(*pair) if pair else [],
        "names": names,
        "successors": await entries.successors(session, article_id),
        "used": await entries.used(session, article_id, now=request.app.ctx.now()),
        "reply_from": allowed(request, f"/replies?article={article_id}&version={article.version}"),
        "report": allowed(request, f"/curation/requests?article={article_id}"),
        "keep": allowed(request, f"/curation/articles/{article_id}/{article.version}"),
        "keeper": (await keeping.names_of(session, {article.unit} if article.unit else ())),
        "evidence": labels.EVIDENCE,
        "audiences": entries.AUDIENCES,
        "case": case,
        "review": (await reviewing.states(session, [(article.id, article.version)], now=now)).get(
            (article.id, article.version)
        ),
        "reviews": REVIEW_NAMES,
        "case_number": number,
        "take": here,
        "card": await picking.card_for(session, case, article_id, article.version, by=me, now=now)
        if case is not None and usable
        else None,
        "looking": may(request, "/console/cases/0/entries/0", "POST"),
        "refused": sayable.forbidden(article.reply or "").named,
    }
    return page(request, "knowledge_entry.html", **values)


def allowed(request: Request, where: str) -> str | None:
    return where if may(request, where.partition("?")[0]) else None


@bp.get("/console/knowledge/completions")
async def completions(request: Request) -> HTTPResponse:
    return page(request, "_completions.html", found=await searching.complete(request), address=address)
