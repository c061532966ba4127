"""From what was taken down to a case with its number, clocks and history."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind as PrincipalKind
from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.audit.batches import Link, continued
from casebackend.calendar.rules import local_date
from casebackend.cases import clockwork, hints, relating, rules, settling
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.numbering import next_number, numbered_once
from casebackend.cases.rules import Move
from casebackend.database import Base, announce
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import AXES, suggested
from casebackend.grading.queries import graded
from casebackend.grading.rules import Severity, Subject
from casebackend.inserts import New, insert_rows
from casebackend.outbox import service as outbox
from casebackend.timeline import service as timeline
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

CUSTOMER = Principal(PrincipalKind.SERVICE, "customer", frozenset({rules.CUSTOMER}), display_name="客户")
SYSTEM = Principal(PrincipalKind.SERVICE, "worker", frozenset({rules.SYSTEM}), display_name="系统")

# So long the bot has to tell the number itself.
RECEIPT_AFTER = timedelta(seconds=20)


async def classify(session: AsyncSession, case: Case, *, tier: str | None = None) -> None:
    """Suggestions from key words where nobody has chosen; 待分类 when nothing matches. Severity and lane by rules."""
    text = f"{case.facts}\n{case.demand}"
    for field, dictionary in AXES.items():
        if not getattr(case, field):
            setattr(case, field, suggested(text, await dictionaries.keywords(session, dictionary)))
    await grade(session, case, tier=tier)


async def grade(session: AsyncSession, case: Case, *, tier: str | None = None) -> None:
    subject = Subject(f"{case.facts}\n{case.demand}", case.amount, case.group_size or 1, case.source or "direct", tier)
    severity, lane = await graded(session, subject, local_date(case.received_at))
    case.severity, case.severity_reason = severity.result, severity.reason
    case.lane, case.lane_reason = (lane.result, lane.reason) if lane else (None, None)


async def file(
    session: AsyncSession, case: Case, *, now: datetime, by: Principal = CUSTOMER, with_it: Sequence[Base] = ()
) -> None:
    """Submits a new case: number, clocks, history, receipt and audit, with the case or not at all.

    `with_it`: new rows that come with the case, in the same statements."""
    case.filed_at = now
    timers = await clockwork.first_clocks(session, case, now=now)
    case.number = await next_number(session, now)
    case.regulator_number = (case.regulator_number or "").strip() or None
    case.promised_on = clockwork.promise(timers)
    case.move(Move.SUBMIT, roles=by.roles | CUSTOMER.roles, at=now)
    case.version = 1
    rows: list[Base] = [*timers, *with_it, *await _began(session, case, by, now, clockwork.first_due(timers))]
    rows += await hints.rows(session, case, now=now)
    about = {"case_id": str(case.id)}
    rows.append(outbox.message("case.filed", {**about}, now=now, due_at=now + RECEIPT_AFTER))
    if case.severity != Severity.ORDINARY:
        rows.append(outbox.message("case.major", {**about, "severity": case.severity}, now=now))
    if by.user_id is not None:
        rows.append(CaseParticipant(case_id=case.id, user_id=by.user_id, last_at=now))
    async with numbered_once(session, case):
        await session.flush()
        await insert_rows(session, rows, keep=[case])
    announce(session, "console")


async def _began(
    session: AsyncSession, case: Case, by: Principal, now: datetime, due_at: datetime | None
) -> list[Base]:
    """The first line of history and audit. Nothing can be there before it, so nothing is asked."""
    detail: dict[str, object] = {"lane": case.lane, "lane_reason": case.lane_reason} if case.lane else {}
    entry = timeline.first(
        case.id,
        Kind.FILED,
        actor=by.actor,
        actor_name=by.display_name or by.name,
        now=now,
        move=Move.SUBMIT,
        from_status=rules.INITIAL,
        to_status=case.status,
        detail=detail,
        user_id=by.user_id,
        organisation_id=by.organisation_id,
        unit_id=case.handling_unit_id,
        due_at=due_at,
    )
    organisation = str(by.organisation_id) if by.organisation_id else None
    written = {"version": 1, "move": Move.SUBMIT, "from": rules.INITIAL, "to": case.status, "fields": []}
    links = await audit.begin(
        session,
        chain=f"case:{case.id}",
        event=Kind.FILED,
        actor=by.actor,
        object=case.number,
        now=now,
        detail=written | detail | {"organisation": organisation},
    )
    return [entry, *links]


async def written(
    session: AsyncSession,
    case: Case,
    kind: Kind,
    principal: Principal,
    *,
    now: datetime,
    move: Move | None = None,
    from_status: str | None = None,
    opinion: str | None = None,
    detail: dict[str, object] | None = None,
    fields: Collection[str] = (),
    due_at: datetime | None = None,
    had: Collection[UUID | None] = (),
) -> None:
    """One accepted write of a case: exactly one audit link with the new version, and one timeline entry.

    Whoever changes a column of a case outside a move flushes once and calls this once. `had`: who had it in hand, or
    was to have it, before.
    """
    to_status = case.status if move else None
    relating.changed(session, case, fields, now=now)
    audited: dict[str, object] = {
        "version": case.version,
        "move": move,
        "from": from_status,
        "to": to_status,
        "fields": sorted(fields),
    }
    if detail and "level" in detail:
        audited["level"] = detail["level"]
    entry = {"move": move, "from_status": from_status, "to_status": to_status, "opinion": opinion, "due_at": due_at}
    await _kept(session, case, kind, principal, now=now, entry=entry | {"detail": detail}, audited=audited, had=had)


async def noted(
    session: AsyncSession,
    case: Case,
    kind: Kind,
    principal: Principal,
    *,
    now: datetime,
    opinion: str | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Something happened around a case without a change of its row: a task, an extension asked for, evidence."""
    entry: dict[str, Any] = {"opinion": opinion, "detail": detail}
    await _kept(session, case, kind, principal, now=now, entry=entry, audited=detail or {})


async def _kept(
    session: AsyncSession,
    case: Case,
    kind: Kind,
    principal: Principal,
    *,
    now: datetime,
    entry: dict[str, Any],
    audited: dict[str, object],
    had: Collection[UUID | None] = (),
) -> None:
    organisation = principal.organisation_id
    await settling.follow(session, case, kind, entry, by=principal.user_id, had=had, now=now)
    if principal.user_id is not None:
        await session.merge(CaseParticipant(case_id=case.id, user_id=principal.user_id, last_at=now))
    await timeline.append(
        session,
        case.id,
        kind,
        actor=principal.actor,
        actor_name=principal.display_name or principal.name,
        now=now,
        user_id=principal.user_id,
        organisation_id=organisation,
        unit_id=case.handling_unit_id,
        **entry,
    )
    await audit.record(
        session,
        chain=f"case:{case.id}",
        event=kind,
        actor=principal.actor,
        object=case.number,
        now=now,
        detail=audited | {"organisation": str(organisation) if organisation else None},
    )
    announce(session, "console")


async def noted_together(
    session: AsyncSession, notes: Sequence[tuple[Case, Kind, dict[str, object]]], *, now: datetime
) -> list[Base | New]:
    """What the system notes around many cases that it holds, each with its detail, for `bulk.write_rows`."""
    places = await timeline.last_places(session, {case.id for case, _, _ in notes})
    rows: list[Base | New] = []
    links = []
    for case, kind, detail in notes:
        places[case.id] = places.get(case.id, 0) + 1
        entry = {"case_id": case.id, "seq": places[case.id], "at": now, "kind": kind, "detail": detail}
        entry |= {"actor": SYSTEM.actor, "actor_name": SYSTEM.display_name, "unit_id": case.handling_unit_id}
        rows.append(New(TimelineEntry, entry))
        audited = detail | {"organisation": None}
        links.append(Link(f"case:{case.id}", kind, SYSTEM.actor, case.number, audited))
    announce(session, "console")
    return rows + list(await continued(session, links, now=now))
