"""From rows to what staff read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import AllowedMove, CaseRow, CaseView, Moved
from casebackend.api.histories import ClocksView, ClockView, TimelineEntryView, TimelineView
from casebackend.cases import admission, guards, queries, recusing
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Status, moves_from
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS
from casebackend.clocks.queries import timers_of
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.rules import TOKEN
from casebackend.organisations.queries import tree
from casebackend.staff.model import User
from casebackend.timeline import queries as timeline
from casebackend.timeline.rules import LABELS, Kind

SUMMARY = 60
FREE_TEXT = (
    "facts", "demand", "findings", "proposal", "closing_info", "overdue_reason", "reply_text", "judgement_basis",
    "told_proof", "no_recording_reason",
)  # fmt: skip
SAME_NAME = (CaseView.model_fields.keys() & set(Case.__table__.columns.keys())) - set(FREE_TEXT)


async def _names(session: AsyncSession, column: Any, ids: set[UUID | None]) -> dict[UUID, str]:
    owner = column.class_
    if not (wanted := ids - {None}):
        return {}
    found = await session.execute(select(owner.id, column).where(owner.id.in_(wanted)))
    return {identity: name for identity, name in found}


async def _masks(session: AsyncSession, cases: Sequence[Case | Row[Any]], *texts: str) -> dict[UUID, dict[str, str]]:
    """Asked for only where a text holds something to be masked."""
    wanted = {case.conversation_id for case in cases if any(TOKEN.search(getattr(case, text) or "") for text in texts)}
    return await customers.masks(session, wanted) if wanted else {}


async def rows(session: AsyncSession, cases: Sequence[Case | Row[Any]], *, now: datetime) -> list[CaseRow]:
    if not cases:
        return []
    near, late = await queries.flags(session, [case.id for case in cases], now=now)
    units = {unit.id: unit.short_name for unit in (await tree(session)).units.values()}
    handlers = await _names(session, User.display_name, {case.handler_id for case in cases})
    complainants = await _names(session, Customer.name_masked, {case.customer_id for case in cases})
    masks = await _masks(session, cases, "facts")
    return [
        CaseRow(
            id=case.id,
            number=case.number,
            kind="second" if case.kind == "second" else "first",
            status=Status(case.status),
            status_label=STATUS_LABELS[Status(case.status)],
            channel=case.channel,
            severity=case.severity,
            lane=case.lane,
            customer_name=complainants.get(case.customer_id) if case.customer_id else None,
            summary=customers.rendered(case.facts, masks.get(case.conversation_id, {}))[:SUMMARY],
            unit=units.get(case.unit_id) if case.unit_id else None,
            handling_unit=units.get(case.handling_unit_id) if case.handling_unit_id else None,
            handler=handlers.get(case.handler_id) if case.handler_id else None,
            category_b=case.category_b,
            received_at=case.received_at,
            promised_on=case.promised_on,
            near_due=case.id in near,
            overdue=case.id in late,
            urge_count=case.urge_count,
        )
        for case in cases
    ]


def allowed(case: Case, principal: Principal) -> list[AllowedMove]:
    status = Status(case.status)
    return [
        AllowedMove(
            move=move, label=MOVE_LABELS[move], requires=admission.needed(case, LIFECYCLE[status, move].requires)
        )
        for move in moves_from(status, principal.roles)
        if guards.in_charge(case, move, principal) and admission.open_to(case, move)
    ]


async def _open(session: AsyncSession, case: Case, principal: Principal) -> dict[str, Any]:
    """The moves that this reader may make; `barred` says why he may make none, or only give the case away."""
    every = allowed(case, principal)
    found = [each for each in every if await guards.has_say(session, case, principal, each.move)]
    if not found:
        return {"allowed": [], "barred": guards.OnlyAsked().detail if every else None}
    why = await recusing.why_barred(session, case, principal)
    if why is None:
        return {"allowed": found, "barred": None}
    ways_out = [each for each in found if each.move in recusing.WAYS_OUT]
    return {"allowed": ways_out, "barred": recusing.Recused(why).detail}


async def view(session: AsyncSession, case: Case, principal: Principal, *, now: datetime) -> CaseView:
    row = (await rows(session, [case], now=now))[0]
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


async def timeline_view(session: AsyncSession, case: Case) -> TimelineView:
    rows = await timeline.of_case(session, case.id)
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
    return TimelineView(number=case.number, entries=entries)


def _label(kind: str, move: str | None) -> str:
    named = {str(each): label for each, label in MOVE_LABELS.items()}
    return named.get(move or "", LABELS[Kind(kind)]) if kind == Kind.MOVED else LABELS[Kind(kind)]


async def clocks_view(session: AsyncSession, case: Case) -> ClocksView:
    timers = await timers_of(session, case.id)
    return ClocksView(number=case.number, clocks=[ClockView.model_validate(timer) for timer in timers])
