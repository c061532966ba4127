"""Who looked at what, and who was refused: one line of the audit each, whatever room the page belongs to.

Everything that has an id in its address counts: a new page is covered without anybody thinking of it. A look at the
same object within `AGAIN` is the same look. If the line cannot be written, nothing is shown.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.response import BaseHTTPResponse, json

from casebackend.access.guard import route_name
from casebackend.access.principal import ANONYMOUS, Kind, Principal
from casebackend.audit import service as audit

log = structlog.get_logger()

AGAIN = timedelta(minutes=10)
REMEMBERED = 10_000
READS = frozenset({"GET", "HEAD"})
NUMBER = re.compile(r"[A-Z]{1,4}\d{12,16}(-[A-Z]?\d{1,4})?")
# Whoever searches by one of these looks for a person.
PERSONAL = frozenset({"phone", "name", "id_number", "customer", "q", "text"})
# Where one of them names what the page is about, and nobody.
NAMES_THE_PAGE = {"console_reports.show": "name"}
NOUNS = {"reference": "case"}
# Where more is seen than the object itself.
EVENTS = dict.fromkeys(
    (
        "console_contacts.show", "console_contacts.of_conversation",
        "contacts.of_case_contacts", "contacts.of_conversation",
    ),
    "customer.viewed",
)  # fmt: skip

type Look = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Sought:
    """That a person is looked for: by which conditions, and what for. A handler leaves it at `request.ctx.sought`.
    `mark`: of one search, whose pages are one look."""

    names: frozenset[str]
    purpose: str | None
    mark: str


class Looks:
    """Of this process: what was written a moment ago is not written again. Losing it only writes more."""

    def __init__(self) -> None:
        self._at: OrderedDict[Look, datetime] = OrderedDict()

    def again(self, look: Look, now: datetime) -> bool:
        before = self._at.get(look)
        return before is not None and timedelta() <= now - before < AGAIN

    def keep(self, look: Look, now: datetime) -> None:
        self._at[look] = now
        self._at.move_to_end(look)
        while len(self._at) > REMEMBERED or now - next(iter(self._at.values())) >= AGAIN:
            self._at.popitem(last=False)


def equip(app: Sanic[Any, Any]) -> None:
    app.ctx.looks = Looks()


def install(app: Sanic[Any, Any]) -> None:
    app.register_middleware(noted, "response")


async def noted(request: Request, response: BaseHTTPResponse) -> HTTPResponse | None:
    principal: Principal = getattr(request.ctx, "principal", ANONYMOUS)
    if principal.kind is Kind.ANONYMOUS or request.route is None:
        return None
    try:
        await _note(request, response, principal)
    except Exception as error:  # noqa: BLE001  whatever it was: what leaves no trace is not shown
        log.error(  # noqa: TRY400  a traceback may quote a customer
            "audit.unavailable", route=route_name(request), error=type(error).__name__
        )
        detail = "审计记录暂时不能写入，请稍后重试"
        problem = {"type": "/problems/unavailable", "title": "服务暂时不可用", "status": 503, "detail": detail}
        return json(problem, status=503, headers={"Retry-After": "5"}, content_type="application/problem+json")
    return None


async def _note(request: Request, response: BaseHTTPResponse, principal: Principal) -> None:
    if _refused(request, response, principal):
        await _record(request, principal, "access", "access.denied", f"route:{route_name(request)}", _about(request))
    elif _is_a_look(request) and response.status == 200 and _is_person(principal):
        event, what, detail = _looked(request)
        if event is None:
            return
        looks: Looks = request.app.ctx.looks
        sought = _sought(request)
        look, now = (principal.actor, event, f"{what} {sought.mark}" if sought else what), request.app.ctx.now()
        if not looks.again(look, now):
            await _record(request, principal, f"reads:{principal.user_id or principal.name}", event, what, detail)
            looks.keep(look, now)


def _sought(request: Request) -> Sought | None:
    return getattr(request.ctx, "sought", None)


def _is_a_look(request: Request) -> bool:
    """Whoever looks for a person may have to send it as a body."""
    return request.method in READS or _sought(request) is not None


def _is_person(principal: Principal) -> bool:
    """Our programs read what they are told to; whoever tells them is written down where he tells it. What another
    system reads with a token of its own is not told to us."""
    return principal.kind is Kind.STAFF or principal.name == "tester" or principal.name.startswith("token:")


def _refused(request: Request, response: BaseHTTPResponse, principal: Principal) -> bool:
    """The guard writes down its own refusals. What is out of scope and what does not exist look alike here too; to a
    program that asks whether there is something, its absence is an answer."""
    if getattr(request.ctx, "denied", False):
        return False
    return response.status == 403 or (response.status == 404 and bool(request.match_info) and _is_person(principal))


def _looked(request: Request) -> tuple[str | None, str, Mapping[str, Any]]:
    given = {name: value for name, value in request.match_info.items() if name in NOUNS or isinstance(value, UUID)}
    if given:
        name, value = next(iter(given.items()))
        event = EVENTS.get(route_name(request), f"{_noun(name)}.viewed")
        return event, _named(name, value), {"route": route_name(request)}
    sought = _sought(request)
    asked = {each for each in PERSONAL if request.args.get(each)} - {NAMES_THE_PAGE.get(route_name(request), "")}
    searched = sorted(asked | (sought.names if sought else frozenset()))
    if searched:
        why = {"purpose": sought.purpose} if sought and sought.purpose else {}
        return "case.searched", f"by:{'+'.join(searched)}", {"route": route_name(request)} | why
    return None, "", {}


def _noun(name: str) -> str:
    return NOUNS.get(name, name.removesuffix("_id"))


def _named(name: str, value: object) -> str:
    """A case by its number as everywhere in the audit; anything else that stood in an address may be personal."""
    if name not in NOUNS:
        return f"{_noun(name)}:{value}"
    reference = str(value).upper()
    try:
        return f"{_noun(name)}:{UUID(reference)}"
    except ValueError:
        return reference if NUMBER.fullmatch(reference) else f"{_noun(name)}:?"


def _about(request: Request) -> Mapping[str, Any]:
    ids = {name: value for name, value in request.match_info.items() if name in NOUNS or isinstance(value, UUID)}
    return {"method": request.method, "about": [_named(name, value) for name, value in ids.items()]}


async def _record(
    request: Request, principal: Principal, chain: str, event: str, what: str, detail: Mapping[str, Any]
) -> None:
    async with request.app.ctx.database.transaction() as session:
        await audit.record(
            session, chain=chain, event=event, actor=principal.actor, object=what, now=request.app.ctx.now(),
            detail=dict(detail) | {"address": request.ip},
        )  # fmt: skip
