"""作废 takes two administrators: one asks with a reason, another one makes the move or refuses. Who registered a case
voids it alone while it is a draft of his that nobody has accepted and no customer has heard of. Nothing is removed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.voids import VoidRequest
from casebackend.cases import fields
from casebackend.cases.filing import written
from casebackend.cases.model import Case
from casebackend.cases.rules import ADMIN, Move, Status
from casebackend.cases.words import STATUS_LABELS
from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.database import locked
from casebackend.errors import Conflict, Forbidden, NotFound
from casebackend.outbox import service as outbox
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind


class NoVoidAsked(Conflict):
    slug, title = "no-void-asked", "没有待确认的作废申请"

    def __init__(self) -> None:
        super().__init__("这件投诉没有待确认的作废申请，可能已被撤回、驳回或确认")


class VoidCaseNotFound(NotFound):
    slug = "case-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个编号的投诉")


class NotYourDraft(Forbidden):
    slug, title = "not-your-draft", "只能作废自己登记的暂存件"

    def __init__(self) -> None:
        super().__init__("退回补正的投诉由登记人作废；他人登记的，由系统管理员办理")


class AlreadyKnown(Conflict):
    slug, title = "already-known", "不能自行作废"

    def __init__(self) -> None:
        super().__init__("投诉已受理过，或客户已经得知、另有往来：须由两名系统管理员先后确认作废")


# A case that has gone no other way than to the review and back.
UNACCEPTED = frozenset({Move.SUBMIT, Move.RETURN_TO_DRAFT})
WITH_CUSTOMER = frozenset(
    {
        Kind.URGED, Kind.SUPPLEMENTED, Kind.PICKUP_RENEWED, Kind.DETAILS_READ, Kind.LIKENESS_DECIDED, Kind.WITHDRAWN,
        Kind.REPLIED, Kind.TOLD, Kind.NOT_DELIVERED, Kind.CONTACTED, Kind.MATERIAL, Kind.REVIEW_APPLIED,
    }
)  # fmt: skip


def by_creator(principal: Principal) -> bool:
    return ADMIN not in principal.roles


async def require(session: AsyncSession, case: Case, principal: Principal) -> None:
    """Of whoever is no administrator."""
    if not by_creator(principal):
        return
    if principal.actor != case.creator:
        raise NotYourDraft
    entry, other = select(TimelineEntry.id).where(TimelineEntry.case_id == case.id), aliased(Case)
    went = or_(TimelineEntry.move.not_in(UNACCEPTED), TimelineEntry.kind.in_(WITH_CUSTOMER))
    shared = select(other.id).where(other.conversation_id == case.conversation_id, other.id != case.id)
    said = select(Message.id).where(Message.conversation_id == case.conversation_id)
    if await session.scalar(select(or_(entry.where(went).exists(), shared.exists(), said.exists()))):
        raise AlreadyKnown


async def is_open(session: AsyncSession, case: Case, principal: Principal) -> bool:
    """Whether to offer it to this reader."""
    try:
        await require(session, case, principal)
    except (Conflict, Forbidden):
        return False
    return True


async def agreed_by_two(
    session: AsyncSession, case: Case, opinion: str | None, principal: Principal, now: datetime
) -> bool:
    """Whether this is another one than who asked; the first one only asks, and asking twice changes nothing."""
    if by_creator(principal) or case.void_requested_by not in (None, principal.actor):
        return True
    if case.void_requested_by is None:
        reason = await fields.protected(session, case, opinion) if opinion else None
        case.void_requested_by = principal.actor
        await session.flush()
        await written(
            session, case, Kind.VOID_REQUESTED, principal, now=now, opinion=reason, fields=["void_requested_by"]
        )
        about: dict[str, object] = {"case_id": str(case.id), "user_id": str(principal.user_id), "version": case.version}
        outbox.emit(session, "case.void_asked", about, now=now)
    return False


async def by_number(session: AsyncSession, number: str) -> Case:
    """For an administrator, who sees of a case what stands on this page only."""
    found: Case | None = await session.scalar(
        select(Case).where(Case.number == number.strip().upper().replace("\0", ""))
    )
    if found is None:
        raise VoidCaseNotFound
    return found


async def refuse(
    session: AsyncSession, number: str, opinion: str, *, match: str, principal: Principal, now: datetime
) -> Case:
    """By another administrator, or taken back by who asked: the case goes on as it was."""
    case = await locked(session, Case, (await by_number(session, number)).id)
    if case is None:
        raise VoidCaseNotFound
    preconditions.require(match, case.version)
    if case.void_requested_by is None or Status(case.status) is Status.VOIDED:
        raise NoVoidAsked
    back = case.void_requested_by == principal.actor
    reason = await fields.protected(session, case, opinion)
    case.void_requested_by = None
    await session.flush()
    detail: dict[str, object] = {"taken_back": back}
    await written(
        session, case, Kind.VOID_REFUSED, principal, now=now, opinion=reason, detail=detail,
        fields=["void_requested_by"],
    )  # fmt: skip
    return case


async def pending(session: AsyncSession, principal: Principal) -> list[VoidRequest]:
    """Oldest first; who asked, when and why. No word of the customer."""
    any_ = aliased(TimelineEntry)
    asked = select(func.max(any_.seq)).where(any_.case_id == Case.id, any_.kind == Kind.VOID_REQUESTED)
    last = asked.correlate(Case).scalar_subquery()
    query = (
        select(Case, TimelineEntry)
        .join(TimelineEntry, TimelineEntry.case_id == Case.id)
        .where(Case.void_requested_by.is_not(None), Case.status != Status.VOIDED, TimelineEntry.seq == last)
        .order_by(TimelineEntry.at, Case.number)
    )
    rows: Sequence[tuple[Case, TimelineEntry]] = [(case, entry) for case, entry in await session.execute(query)]
    masks = await customers.masks(session, {case.conversation_id for case, _ in rows}) if rows else {}
    return [
        VoidRequest(
            number=case.number,
            status=Status(case.status),
            status_label=STATUS_LABELS[Status(case.status)],
            version=case.version,
            received_at=case.received_at,
            requested_by=entry.actor_name,
            requested_at=entry.at,
            reason=customers.rendered(entry.opinion, masks.get(case.conversation_id, {})) if entry.opinion else None,
            own=case.void_requested_by == principal.actor,
        )
        for case, entry in rows
    ]
