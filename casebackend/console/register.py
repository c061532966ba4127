"""Taking a matter down on one page: the fields change with matter type, source and capacity."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from sanic import HTTPResponse, Request, json
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.parties import ObjectNamed
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.console import labels
from casebackend.console.rendering import console, form_of, go, moment, page
from casebackend.database import locked, one_at_a_time, reading, transactional
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import AXES, BASIC_RIGHTS
from casebackend.errors import BadRequest
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import Capacity, MatterType, Source
from casebackend.organisations.queries import tree
from casebackend.parties.rules import OBJECT_LABELS, SEX_LABELS, TIER_LABELS
from casebackend.registration import coding, drafts, pooling
from casebackend.registration.asking import core_first
from casebackend.registration.forms import OBJECTS, REPRESENTATIVES, command_of, form_from
from casebackend.registration.model import Registration
from casebackend.registration.rules import FIELD_LABELS
from casebackend.registration.service import register

bp = console("register")
BY_HAND = ("counter", "hotline", "letter", "email", "webchat", "wechat", "regulator")
RETURNED = 20
OF_THE_WINDOW = frozenset({"csrf", "act", "form_id", "window", "draft_version"})


@bp.get("/register")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me = request.ctx.principal
    form, saved = {"channel": _usual(me.organisation_id, await tree(session))}, None
    if request.args.get("draft"):
        saved = await drafts.mine(session, me, _uuid(request.args.get("draft")))
        units = {unit.id: unit.name for unit in (await tree(session)).units.values()}
        form |= drafts.typed_fields(session, saved) or form_from(drafts.opened(session, saved).content, units)
    mine = await drafts.own(session, me)
    returned = await session.scalars(
        select(Case)
        .where(Case.creator == me.actor, Case.status == Status.DRAFT)
        .order_by(Case.status_changed_at.desc())
        .limit(RETURNED)
    )
    return page(
        request,
        "register.html",
        **await _values(request, session, form),
        saved=saved,
        form_id=saved.id if saved else uuid4(),
        window=uuid4(),
        mine=mine,
        pooled=await pooling.pooled(session, me),
        left_behind=None if saved else next((row for row in mine if row.kept_by_itself), None),
        returned=[(case.number, case.status_changed_at) for case in returned],
        known=catalogue(),
        labels=labels,
    )


def _usual(unit_id: UUID | None, units: Any) -> str:
    """A colleague of an outlet mostly takes down who stands at the counter, everybody else who calls."""
    unit = units.units.get(unit_id) if unit_id else None
    return "counter" if unit is not None and unit.level not in ("head", "department") else "hotline"


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise BadRequest("地址不正确") from None


async def _values(request: Request, session: AsyncSession, form: dict[str, str]) -> dict[str, Any]:
    """What the changing part of the form shows, for what has been chosen so far."""
    known = catalogue()
    matter = form.get("matter_type") if form.get("matter_type") in set(MatterType) else MatterType.COMPLAINT
    source = form.get("source") if form.get("source") in set(Source) else Source.DIRECT
    capacity = form.get("capacity") if form.get("capacity") in set(Capacity) else Capacity.SELF
    needed = set(known.needed(str(matter), str(source), str(capacity)))
    standing = known.capacities[str(capacity)]
    return {
        "form": form | {"matter_type": str(matter), "source": str(source), "capacity": str(capacity)},
        "needed": needed,
        "shown": needed | known.matters[str(matter)].fields | set(known.sources[str(source)].takes),
        "asked_people": [(role, known.people[role]) for role in (*standing.people, *standing.may_name)],
        "asked_documents": [
            (kind, known.documents[kind], kind in known.originals) for kind in (*standing.documents, *standing.may_ask)
        ],
        "names": FIELD_LABELS,
        "sexes": SEX_LABELS,
        "tiers": TIER_LABELS,
        "object_kinds": OBJECT_LABELS,
        "objects": range(OBJECTS),
        "representatives": range(REPRESENTATIVES),
        "most": known.group_rule(local_date(request.app.ctx.now())).representatives,
        "by_hand": BY_HAND,
        "units": [unit.name for unit, _ in (await tree(session)).in_order()],
        "codes": await _codes(session, form),
        "rights": [term.name for term in await dictionaries.terms(session, BASIC_RIGHTS)],
    }


async def _codes(session: AsyncSession, form: dict[str, str]) -> list[dict[str, Any]]:
    """The three axes: what the text suggests stands first, with how sure it is; what was chosen stays chosen."""
    text = f"{form.get('facts', '')}\n{form.get('demand', '')}".strip()
    found = await coding.suggestions(session, text) if text else []
    axes = []
    for field, dictionary in AXES.items():
        suggested = [(each.name, each.confidence) for each in found if each.field == field]
        terms = [term.name for term in await dictionaries.terms(session, dictionary)]
        axes.append(
            {"field": field, "chosen": form.get(field, ""), "suggested": suggested, "terms": list(dict.fromkeys(terms))}
        )
    return axes


@bp.post("/register/drafts/<registration_id:uuid>/take")
@transactional
async def take(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    """What a colleague who left had begun."""
    saved = await pooling.take(session, registration_id, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/register?draft={saved.id}")


@bp.post("/register/fields")
@reading
async def fields(request: Request, session: AsyncSession) -> HTTPResponse:
    """Posted, not asked for by address: what stands in the form is personal."""
    return page(
        request,
        "_register_fields.html",
        **await _values(request, session, form_of(request)),
        known=catalogue(),
        labels=labels,
    )


@bp.post("/register/codes")
@reading
async def codes(request: Request, session: AsyncSession) -> HTTPResponse:
    return page(request, "_register_codes.html", codes=await _codes(session, form_of(request)))


async def _named(request: Request) -> list[ObjectNamed]:
    """What is only put aside is not asked for."""
    form = form_of(request)
    return command_of(form, {}, {}).objects if form.get("act", "submit") == "submit" else []


@bp.post("/register")
@core_first(_named)
@transactional
async def send(request: Request, session: AsyncSession) -> HTTPResponse:
    """提交复核, 暂存 or 重置, as the button says."""
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    form_id, what = _uuid(form.get("form_id")), form.get("act", "submit")
    await one_at_a_time(session, f"register:{form_id}")
    held = await locked(session, Registration, form_id)
    if held is not None and held.user_id == me.user_id and held.case_id is not None:
        case = await session.get_one(Case, held.case_id)
        return go(request, f"/cases/{case.number}?done=submit")
    saved = await drafts.held(session, me, form_id) if held is not None else None
    drafts.require_ours(saved, _typed(form))
    if what == "reset":
        if saved is not None:
            await drafts.reset(session, saved, by=me, now=now)
        return go(request, "/register")
    units = {unit.name: unit.id for unit in (await tree(session)).units.values()}
    command = command_of(form, units, catalogue().documents)
    if what == "save":
        saved = saved or drafts.begun(form_id, by=me, now=now)
        await drafts.keep(session, saved, command, _typed(form), by_itself=False, now=now)
        return go(request, f"/register?draft={saved.id}")
    case = await register(session, command, by=me, now=now, saved=saved, form_id=form_id)
    return go(request, f"/cases/{case.number}?done=submit")


def _typed(form: Mapping[str, str]) -> drafts.Typed:
    version = form.get("draft_version", "")
    fields = {name: value for name, value in form.items() if name not in OF_THE_WINDOW}
    return drafts.Typed(fields, int(version) if version.isdecimal() else 0, form.get("window", "")[:36])


@bp.post("/register/keep")
@transactional
async def keep(request: Request, session: AsyncSession) -> HTTPResponse:
    """By itself, each minute and when a field is left. Nothing is too unfinished to be kept."""
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    form_id, typed = _uuid(form.get("form_id")), _typed(form)
    await one_at_a_time(session, f"register:{form_id}")
    known = await locked(session, Registration, form_id)
    if known is not None and known.user_id == me.user_id and known.case_id is not None:
        # Left with the click that handed the form in, and overtaken by it.
        case = await session.get_one(Case, known.case_id)
        return json({"version": known.version, "at": moment(now), "filed": case.number})
    saved = await drafts.held(session, me, form_id) if known is not None else None
    drafts.require_ours(saved, typed)
    units = {unit.name: unit.id for unit in (await tree(session)).units.values()}
    command = None
    with suppress(ValidationError):
        command = command_of(form, units, catalogue().documents)
    saved = saved or drafts.begun(form_id, by=me, now=now)
    await drafts.keep(session, saved, command, typed, by_itself=True, now=now)
    return json({"version": saved.version, "at": moment(now)})
