"""From rows to what staff read."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import AllowedMove, CaseRow, CaseView, Moved
from casebackend.api.histories import ClocksView, ClockView, TimelineEntryView, TimelineView
from casebackend.cases import admission, agreed, arriving, deciding, recusing, standing, voiding
from casebackend.cases.awaiting import awaiting
from casebackend.cases.lists import LISTED
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Move, Status, moves_from
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS
from casebackend.clocks.queries import timers_of
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.rules import TOKEN
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Unit
from casebackend.paging import count as place
from casebackend.paging import cursor_of, read_cursor
from casebackend.timeline import queries as timeline
from casebackend.timeline.rules import LABELS, Kind

SUMMARY = 60
FREE_TEXT = (
    "facts", "demand", "findings", "proposal", "closing_info", "overdue_reason", "reply_text", "judgement_basis",
    "told_proof", "no_recording_reason",
)  # fmt: skip
SAME_NAME = (CaseView.model_fields.keys() & set(Case.__table__.columns.keys())) - set(FREE_TEXT)


async def _masks(session: AsyncSession, cases: Sequence[Case | Row[Any]], *texts: str) -> dict[UUID, dict[str, str]]:
    """Asked for only where a text holds something to be masked."""
    wanted = {case.conversation_id for case in cases if any(TOKEN.search(getattr(case, text) or "") for text in texts)}
    return await customers.masks(session, wanted) if wanted else {}


async def of_cases(session: AsyncSession, cases: Sequence[Case], *, now: datetime) -> list[CaseRow]:
    """As they would stand in a list."""
    places = {case.id: place for place, case in enumerate(cases)}
    found = await session.execute(LISTED.where(Case.id.in_(places)))
    return await rows(session, sorted(found, key=lambda row: places[row[0]]), now=now)


async def rows(session: AsyncSession, found: Sequence[Sequence[Any]], *, now: datetime) -> list[CaseRow]:
    """Of rows of `lists.IN_A_ROW`."""
    if not found:
        return []
    units = (await tree(session)).units
    return [CaseRow(**_shown(row, units, now)) for row in found]


async def written(
    session: AsyncSession, found: Sequence[Sequence[Any]], following: str | None, *, now: datetime
) -> str:
    """A CasePage as JSON, without making its objects: fifty of them cost as much as to find them."""
    units = (await tree(session)).units
    page = {"items": [_shown(row, units, now) for row in found], "next": following}
    return json.dumps(page, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def _shown(row: Any, units: Mapping[UUID, Unit], now: datetime) -> dict[str, Any]:
    """Taken apart by place: to ask a row by name costs more than all the rest of it."""
    (
        identity, number, kind, status, channel, severity, lane, facts, unit_id, handling_unit_id, category_b,
        received_at, promised_on, urge_count, handler, customer_name, near_at, due_at, lost, masks,
        supervised,
    ) = row  # fmt: skip
    unit, handling_unit = units.get(unit_id), units.get(handling_unit_id)
    return {
        "id": identity,
        "number": number,
        "kind": "second" if kind == "second" else "first",
        "status": status,
        "status_label": STATUS_LABELS[status],
        "channel": channel,
        "severity": severity,
        "lane": lane,
        "customer_name": customer_name,
        "summary": (customers.rendered(facts, masks) if masks else facts)[:SUMMARY],
        "unit": unit.short_name if unit else None,
        "handling_unit": handling_unit.short_name if handling_unit else None,
        "handler": handler,
        "category_b": category_b,
        "received_at": received_at,
        "promised_on": promised_on,
        "near_due": near_at is not None and near_at <= now,
        "overdue": due_at is not None and due_at <= now,
        "urge_count": urge_count,
        "undelivered": bool(lost),
        "supervised": bool(supervised),
    }


def allowed(case: Case, principal: Principal) -> list[AllowedMove]:
    status = Status(case.status)
    return [
        AllowedMove(
            move=move, label=MOVE_LABELS[move], requires=admission.needed(case, LIFECYCLE[status, move].requires)
        )
        for move in moves_from(status, principal.roles)
        if standing.in_charge(case, move, principal) and admission.open_to(case, move)
    ]


async def _open(session: AsyncSession, case: Case, principal: Principal) -> dict[str, Any]:
    """The moves that this reader may make; `barred` says why he may make none, or only give the case away."""
    every = allowed(case, principal)
    found = [each for each in every if await standing.has_say(session, case, principal, each.move)]
    if not found:
        return {"allowed": [], "barred": standing.OnlyAsked().detail if every else None}
    found = [each for each in found if await deciding.is_open(session, case, each.move, principal)]
    if Move.VOID in [each.move for each in found] and not await voiding.is_open(session, case, principal):
        found = [each for each in found if each.move is not Move.VOID]
    why = await recusing.why_barred(session, case, principal)
    if why is None:
        return {"allowed": found, "barred": None}
    ways_out = [each for each in found if each.move in recusing.WAYS_OUT]
    return {"allowed": ways_out, "barred": recusing.Recused(why).detail}


async def view(session: AsyncSession, case: Case, principal: Principal, *, now: datetime) -> CaseView:
    row = (await of_cases(session, [case], now=now))[0]
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    masks = (await _masks(session, [case], *FREE_TEXT)).get(case.conversation_id, {})
    texts = {name: customers.rendered(text, masks) if (text := getattr(case, name)) else text for name in FREE_TEXT}
    related = await _related(session, case)
    return CaseView(
        **{name: getattr(case, name) for name in SAME_NAME}
        | row.model_dump()
        | texts
        | related
        | {
            "customer_phone": customer.phone_masked if customer else None,
            "customer_id_number": customer.id_number_masked if customer else None,
            "awaiting": await awaiting(session, case, row.handler),
            "notice_form_label": agreed.label(case.notice_form),
            "notice_warning": agreed.differs(case),
            "may_tell": row.undelivered and arriving.may_tell(case, principal),
        }
        | await _open(session, case, principal)
    )


def moved(case: Case) -> Moved:
    status = Status(case.status)
    return Moved(number=case.number, status=status, status_label=STATUS_LABELS[status], version=case.version)


async def _related(session: AsyncSession, case: Case) -> dict[str, str | None]:
    """The numbers of the first complaint, of the second and of the one it was merged into."""
    above = [one for one in (case.parent_id, case.master_id) if one is not None]
    columns = (Case.id, Case.parent_id, Case.number)
    below, over = select(*columns).where(Case.parent_id == case.id), select(*columns).where(Case.id.in_(above))
    found = (await session.execute(union_all(below, over) if above else below)).all()
    return {
        "parent_number": next((number for one, _, number in found if one == case.parent_id), None),
        "second_number": next((number for _, parent, number in found if parent == case.id), None),
        "master_number": next((number for one, _, number in found if one == case.master_id), None),
    }


async def timeline_view(session: AsyncSession, case: Case, *, cursor: str | None, limit: int) -> TimelineView:
    [after] = read_cursor(cursor, [place]) if cursor else [0]
    rows = await timeline.of_case(session, case.id, after=after, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    told = any(row.opinion and TOKEN.search(row.opinion) for row in rows)
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {}) if told else {}
    entries = [
        TimelineEntryView(
            seq=entry.seq,
            at=entry.at,
            actor_name=entry.actor_name,
            kind=entry.kind,
            label=_label(entry.kind, entry.move),
            opinion=customers.rendered(entry.opinion, masks) if entry.opinion else None,
            from_status=Status(entry.from_status) if entry.from_status else None,
            to_status=Status(entry.to_status) if entry.to_status else None,
            detail=entry.detail,
        )
        for entry in rows
    ]
    return TimelineView(number=case.number, entries=entries, next=cursor_of([rows[-1].seq]) if more else None)


def _label(kind: str, move: str | None) -> str:
    named = {str(each): label for each, label in MOVE_LABELS.items()}
    return named.get(move or "", LABELS[Kind(kind)]) if kind == Kind.MOVED else LABELS[Kind(kind)]


async def clocks_view(session: AsyncSession, case: Case) -> ClocksView:
    timers = await timers_of(session, case.id)
    return ClocksView(number=case.number, clocks=[ClockView.model_validate(timer) for timer in timers])
