"""Looking for cases by many conditions, and for the steps of all cases. Everything stands in the URL; what names a
person stands there sealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases import agreed, handlings, lists, search, seeking, views
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import NONE, Condition, Kind
from casebackend.cases.words import PURPOSES
from casebackend.console import labels, sought
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading
from casebackend.dictionaries import queries as dictionaries
from casebackend.exports.rules import LISTING
from casebackend.matters.catalogue import catalogue
from casebackend.organisations.queries import tree
from casebackend.staff.model import User

bp = console("query")
handlings_bp = console("handlings")
MOST_COUNTED, MOST_PEOPLE = 9_999, 500
FIRST_SHOWN = (
    "number", "text", "opinion", "status", "unit_tree", "handling_unit_tree", "received_from", "received_to",
    "customer", "phone", "card", "supervised",
)  # fmt: skip
YES = {"1": "是", "0": "否"}
UNKNOWN = {NONE: "（空）"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of the form. `options` are offered; without them it is typed."""

    name: str
    label: str
    kind: str
    many: bool
    options: Mapping[str, str]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in force, and where to go to be without it."""

    text: str
    without: str


async def options_of(session: AsyncSession) -> dict[Kind | str, dict[str, str]]:
    """What may be chosen: units and people by kind, terms by dictionary."""
    units = {str(unit.id): "　" * depth + unit.short_name for unit, depth in (await tree(session)).in_order()}
    people = await session.execute(
        select(User.id, User.display_name).where(User.active).order_by(User.login).limit(500)
    )
    found: dict[Kind | str, dict[str, str]] = {
        Kind.UNIT: units,
        Kind.PERSON: {str(one): name for one, name in people},
        Kind.FLAG: YES,
        "channel": labels.CHANNELS,
        "capacity": {code: each.label for code, each in catalogue().capacities.items()},
        "regulator": {code: each.label for code, each in catalogue().regulators.items()},
        "notice_form": {each.code: each.label for each in agreed.forms()},
    }
    for dictionary in {each.dictionary for each in CONDITIONS.values() if each.dictionary}:
        terms = await dictionaries.terms(session, dictionary)
        found[dictionary] = {term.name: term.name for term in terms}
    for name, dictionary in (("severity", "severity"), ("basic_right", "basic_rights")):
        found[name] = {term.name: term.name for term in await dictionaries.terms(session, dictionary)}
    return found


def shown_field(condition: Condition, held: Mapping[Kind | str, dict[str, str]], given: search.Given) -> Shown:
    options = dict(
        condition.choices or held.get(condition.dictionary or condition.name) or held.get(condition.kind, {})
    )
    if options and condition.many and not condition.name.endswith("_tree") and condition.kind is not Kind.CHOICE:
        options |= UNKNOWN
    values = tuple(word for name, word in search.as_pairs(given) if name == condition.name)
    options |= {value: value for value in values if options and value not in options}
    return Shown(condition.name, condition.label, condition.kind, condition.many, options, values)


type Address = Callable[[str, Sequence[tuple[str, Any]]], str]


def plain(path: str, pairs: Sequence[tuple[str, Any]]) -> str:
    return f"{path}?{urlencode(pairs)}"


def chips_of(
    path: str, fields: Sequence[Shown], extra: Sequence[tuple[str, str]] = (), *, at: Address = plain
) -> list[Chip]:
    pairs = [(field.name, value) for field in fields for value in field.values]
    names = {field.name: field for field in fields}
    return [
        Chip(
            f"{names[name].label}：{names[name].options.get(value, value).strip('　')}",
            at(path, [*extra, *(pair for pair in pairs if pair != (name, value))]),
        )
        for name, value in pairs
    ]


@bp.get("/query")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    given, asked = sought.read(request)

    def at(path: str, pairs: Sequence[tuple[str, Any]]) -> str:
        return sought.address(request, path, pairs, asked)

    where = await search.clauses(session, given, now=now)
    held = await options_of(session)
    fields = [shown_field(condition, held, given) for condition in CONDITIONS.values()]
    cursor = request.args.get("cursor")
    found, following = await lists.page(
        session, me, now=now, given=given, cursor=cursor, by_receipt=search.by_receipt(given)
    )
    return page(
        request,
        "query.html",
        heading="投诉查询",
        action="/query",
        fields=[field for field in fields if field.name in FIRST_SHOWN or field.values],
        more=[field for field in fields if field.name not in FIRST_SHOWN and not field.values],
        chips=chips_of("/query", fields, at=at),
        purposes=PURPOSES,
        purpose=asked.purpose if asked else None,
        export=export_of(request, "cases", search.as_pairs(given), at=at),
        count=lists.shown(await lists.count(session, me, where=where, most=MOST_COUNTED), MOST_COUNTED),
        rows=await views.rows(session, found, now=now),
        following=_next("/query", search.as_pairs(given), following, at=at),
        labels=labels,
        today=local_date(now),
        now=now,
    )


@bp.post("/query")
async def seek(request: Request) -> HTTPResponse:
    """What was filled in goes on as an address in which nobody is named."""
    purpose = sought.purpose_of(form_of(request).get("purpose", ""))
    given = seeking.from_body(request.form or {}, purpose)
    asked = sought.begun(purpose, request.app.ctx.now())
    return go(request, sought.address(request, "/query", search.as_pairs(given), asked))


@handlings_bp.get("/handlings")
@reading
async def show_handlings(request: Request, session: AsyncSession) -> HTTPResponse:
    given = handlings.read(request.args)
    held = await options_of(session)
    pairs = search.as_pairs(given)
    fields = [
        Shown(
            each.name,
            each.label,
            each.kind,
            each.many,
            dict(each.choices or held.get(each.kind, {})),
            tuple(word for name, word in pairs if name == each.name),
        )
        for each in handlings.FIELDS.values()
    ]
    found, following = await handlings.page(
        session, request.ctx.principal, given=given, cursor=request.args.get("cursor")
    )
    return page(
        request,
        "query.html",
        heading="办理查询",
        action="/handlings",
        fields=fields,
        more=[],
        chips=chips_of("/handlings", fields),
        count=None,
        steps=found,
        following=_next("/handlings", pairs, following),
        labels=labels,
    )


def export_of(request: Request, what: str, pairs: Sequence[tuple[str, Any]], *, at: Address = plain) -> str | None:
    """Where exactly this is asked for as a file; nowhere for whoever may not."""
    path = f"/exports/new/{what}"
    lists = bool(request.ctx.principal.roles & LISTING)
    return at(path, pairs) if lists and may(request, path) else None


def _next(path: str, pairs: Sequence[tuple[str, Any]], cursor: str | None, *, at: Address = plain) -> str | None:
    return at(path, [*pairs, ("cursor", cursor)]) if cursor else None
