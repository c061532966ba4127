"""From a confirmed draft, or from a dissatisfied answer, to a case with its number, clocks and history."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind as PrincipalKind
from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.cases import rules
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.numbering import next_number
from casebackend.cases.rules import Move
from casebackend.clocks import service as clocks
from casebackend.clocks.rules import LEGAL, last_day
from casebackend.conversations.model import Conversation
from casebackend.customers import service as customers
from casebackend.database import announce
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, CHANNEL_A, ORDINARY, SEVERITY, suggested
from casebackend.drafts import service as drafts
from casebackend.drafts.model import Draft
from casebackend.errors import Conflict
from casebackend.failpoints import failpoint
from casebackend.outbox import service as outbox
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind
from casebackend.workflow.queries import chain_on
from casebackend.workflow.rules import started_by

CUSTOMER = Principal(PrincipalKind.SERVICE, "customer", frozenset({rules.CUSTOMER}), display_name="客户")
SYSTEM = Principal(PrincipalKind.SERVICE, "worker", frozenset({rules.SYSTEM}), display_name="系统")

# So long the bot has to tell the number itself.
RECEIPT_AFTER = timedelta(seconds=20)


class NothingToFile(Conflict):
    slug, title = "nothing-to-file", "没有可提交的投诉"

    def __init__(self) -> None:
        super().__init__("该会话没有填写中的投诉")


async def file_from_draft(session: AsyncSession, conversation_id: UUID, *, actor: str, now: datetime) -> Case:
    """Filing a draft again gives its case again."""
    conversation = await session.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    draft = await drafts.open_draft(session, conversation_id)
    if draft is None:
        return await _filed_before(session, conversation_id)
    complete = await drafts.complete(session, conversation_id)
    customer = await customers.register(
        session,
        channel=conversation.channel,
        sender=conversation.sender,
        name=complete.name,
        phone=complete.phone,
        id_number=complete.id_number,
        now=now,
    )
    conversation.customer_id = customer.id
    case = Case(
        id=uuid4(),
        status=rules.INITIAL,
        kind="first",
        draft_id=draft.id,
        conversation_id=conversation_id,
        customer_id=customer.id,
        channel=draft.channel,
        facts=complete.facts,
        demand=complete.demand,
        unit_id=complete.unit_id,
        amount=complete.amount,
        occurred_on=complete.occurred_on,
        creator=actor,
        received_at=draft.first_received_at,
    )
    await classify(session, case)
    await file(session, case, now=now)
    await drafts.mark_filed(session, draft, case.id)
    await failpoint("case.before_commit")
    return case


async def _filed_before(session: AsyncSession, conversation_id: UUID) -> Case:
    """The newest draft decides: one that was given up after an earlier case was filed gives nothing."""
    newest: Draft | None = await session.scalar(
        select(Draft).where(Draft.conversation_id == conversation_id).order_by(Draft.first_received_at.desc()).limit(1)
    )
    case = await session.get(Case, newest.case_id) if newest is not None and newest.case_id else None
    if case is None:
        raise NothingToFile
    return case


async def classify(session: AsyncSession, case: Case) -> None:
    """Suggestions from key words; 待分类 when nothing matches. A person decides later."""
    text = f"{case.facts}\n{case.demand}"
    case.business_channel_a = suggested(text, await dictionaries.keywords(session, CHANNEL_A))
    case.category_b = suggested(text, await dictionaries.keywords(session, CATEGORY_B))
    case.cause_c = suggested(text, await dictionaries.keywords(session, CAUSE_C))
    case.severity = suggested(text, await dictionaries.keywords(session, SEVERITY), otherwise=ORDINARY)


async def file(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """Submits a new case: number, clocks, history, receipt and audit, with the case or not at all."""
    legal = await clocks.start(session, case.id, LEGAL, at=case.received_at)
    steps = await chain_on(session, case.kind, local_date(case.received_at))
    for kind in started_by(steps, Move.SUBMIT):
        await clocks.start(session, case.id, kind, at=now)
    case.number = await next_number(session, now)
    case.promised_on, case.filed_at = last_day(legal.due_at), now
    case.move(Move.SUBMIT, roles=CUSTOMER.roles, at=now)
    session.add(case)
    await session.flush()
    await written(session, case, Kind.FILED, CUSTOMER, now=now, move=Move.SUBMIT, from_status=rules.INITIAL)
    outbox.emit(session, "case.filed", {"case_id": str(case.id)}, now=now, due_at=now + RECEIPT_AFTER)


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
) -> None:
    """One accepted write of a case: exactly one audit link with the new version, and one timeline entry.

    Whoever changes a column of a case outside a move flushes once and calls this once.
    """
    to_status = case.status if move else None
    audited: dict[str, object] = {
        "version": case.version,
        "move": move,
        "from": from_status,
        "to": to_status,
        "fields": sorted(fields),
    }
    entry = {"move": move, "from_status": from_status, "to_status": to_status, "opinion": opinion, "due_at": due_at}
    await _kept(session, case, kind, principal, now=now, entry=entry | {"detail": detail}, audited=audited)


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
) -> None:
    organisation = principal.organisation_id
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
