"""Taking complaints apart and putting them together, by people; a regulator's case finds its forerunners by itself."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.families import Link, Split
from casebackend.calendar.rules import local_date
from casebackend.cases import steering
from casebackend.cases.coding import takes_part
from casebackend.cases.fields import UnitNotFound, protected
from casebackend.cases.filing import SYSTEM, classify, file, noted
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.placing import territorial_unit
from casebackend.cases.rules import IN_PROCESS, INITIAL, LEAD, MANAGER, Status
from casebackend.cases.service import hold, visible
from casebackend.cases.submission import CARE_REASON
from casebackend.database import locked
from casebackend.errors import Conflict, Forbidden, NotFound
from casebackend.families import queries
from casebackend.families.inheriting import inherit
from casebackend.families.model import CaseLink
from casebackend.families.rules import BY_HAND, LinkKind
from casebackend.organisations.queries import tree
from casebackend.parties.queries import tier_of
from casebackend.preconditions import require_same
from casebackend.timeline.rules import Kind

SHARED = (
    "conversation_id", "customer_id", "channel", "matter_type", "source", "source_ref", "referral_agency",
    "referral_due_on", "regulator", "capacity", "group_size", "third_party", "receiving_unit_id", "basic_right",
    "personal_right",
)  # fmt: skip


class LinkNotFound(NotFound):
    slug = "link-not-found"

    def __init__(self) -> None:
        super().__init__("没有这条关联")


class CannotLink(Conflict):
    slug, title = "cannot-link", "不能关联"

    def __init__(self) -> None:
        super().__init__("请选择另一件投诉；同一类关联只需建立一次，拆分关系由拆分产生")


class LinkStays(Conflict):
    slug, title = "link-stays", "不能解除"

    def __init__(self) -> None:
        super().__init__("拆分关系是投诉的来历，不能解除")


class CannotSplit(Conflict):
    slug, title = "cannot-split", "不能拆分"

    def __init__(self) -> None:
        super().__init__("只有处理中的投诉可以拆分；二次投诉和监管转办投诉不拆分")


class NotYours(Forbidden):
    slug, title = "not-taking-part", "您没有参与这件投诉"

    def __init__(self) -> None:
        super().__init__("只有经办该投诉的人员、班长和投诉管理人员可以拆分或关联")


async def _require_part(session: AsyncSession, case: Case, principal: Principal) -> None:
    await steering.require(session, case, principal)
    if not principal.roles & {LEAD, MANAGER} and not await takes_part(session, case, principal):
        raise NotYours


async def split(session: AsyncSession, case_id: UUID, command: Split, *, principal: Principal, now: datetime) -> Case:
    """A new complaint of the same customer, received when the whole was received, with a number and clocks of its own.

    It is graded, and placed by the unit it is about, like every new complaint, and goes to the review like it: who
    split it off does not accept it.
    """
    whole = await hold(session, case_id)
    if Status(whole.status) not in IN_PROCESS or whole.kind != "first" or is_regulated(whole):
        raise CannotSplit
    await _require_part(session, whole, principal)
    if command.unit_id is not None and command.unit_id not in (await tree(session)).open().units:
        raise UnitNotFound
    unit_id = command.unit_id or whole.unit_id
    part = Case(
        id=uuid4(),
        status=INITIAL,
        kind="first",
        facts=await protected(session, whole, command.facts),
        demand=await protected(session, whole, command.demand),
        unit_id=unit_id,
        responsible_unit_id=whole.responsible_unit_id if unit_id == whole.unit_id else None,
        handling_unit_id=await territorial_unit(
            session, unit_id, local_date(whole.received_at), matter=whole.matter_type
        ),
        amount=command.amount,
        occurred_on=command.occurred_on or whole.occurred_on,
        creator=principal.actor,
        received_at=whole.received_at,
        **{name: getattr(whole, name) for name in SHARED},
    )
    await classify(session, part, tier=await tier_of(session, whole.id))
    if part.lane is None and (whole.lane_reason or "").startswith(CARE_REASON):
        part.lane, part.lane_reason = whole.lane, whole.lane_reason
    await file(session, part, now=now, by=principal)
    await inherit(session, whole.id, part.id, stays_away=True)
    reason = await protected(session, whole, command.reason)
    await _link(session, part, whole, LinkKind.SPLIT_FROM, reason, principal, now)
    await noted(session, whole, Kind.SPLIT, principal, now=now, opinion=reason, detail={"number": part.number})
    return part


async def hold_both(session: AsyncSession, one: UUID, other: UUID) -> tuple[Case, Case]:
    """Locked in one order for everybody: both histories are written."""
    held = {case_id: await hold(session, case_id) for case_id in sorted({one, other})}
    return held[one], held[other]


async def relate(
    session: AsyncSession, case_id: UUID, command: Link, *, principal: Principal, now: datetime
) -> CaseLink:
    """Both must be visible; both histories say it."""
    other = await visible(session, principal, command.number)
    case, other = await hold_both(session, case_id, other.id)
    if command.kind not in BY_HAND or other.id == case.id or Status.VOIDED in (case.status, other.status):
        raise CannotLink
    await _require_part(session, case, principal)
    if any(link.kind == command.kind for link in await queries.linked(session, case.id, other.id)):
        raise CannotLink
    reason = await protected(session, case, command.reason)
    link = await _link(session, case, other, command.kind, reason, principal, now)
    await _told_to_both(session, Kind.LINKED, link, case, other, principal, now, reason)
    return link


async def unrelate(
    session: AsyncSession, case_id: UUID, link_id: UUID, *, version: int | None, principal: Principal, now: datetime
) -> None:
    link = await session.get(CaseLink, link_id)
    if link is None or case_id not in (link.case_id, link.other_id):
        raise LinkNotFound
    case, other = await hold_both(session, case_id, link.other_id if link.case_id == case_id else link.case_id)
    link = await locked(session, CaseLink, link_id) or link
    if link.removed_at is not None:
        raise LinkNotFound
    require_same(version, link.version)
    if link.kind == LinkKind.SPLIT_FROM:
        raise LinkStays
    await _require_part(session, case, principal)
    link.removed_at, link.removed_by = now, principal.actor
    await session.flush()
    await _told_to_both(session, Kind.UNLINKED, link, case, other, principal, now, None)


async def link_regulator(session: AsyncSession, case: Case, *, now: datetime) -> list[CaseLink]:
    """A case that came from the regulator is linked to what the same customer had complained of before; not again to
    what somebody has parted it from."""
    if not is_regulated(case):
        return []
    found = []
    for earlier in await queries.earlier_of(session, case):
        if await queries.linked(session, case.id, earlier.id) or await queries.parted(session, case.id, earlier.id):
            continue
        link = await _link(session, case, earlier, LinkKind.REGULATOR, None, SYSTEM, now)
        await _told_to_both(session, Kind.LINKED, link, case, earlier, SYSTEM, now, None)
        found.append(link)
    return found


async def _link(
    session: AsyncSession, case: Case, other: Case, kind: LinkKind, reason: str | None, by: Principal, now: datetime
) -> CaseLink:
    name = by.display_name or by.name
    link = CaseLink(
        case_id=case.id, other_id=other.id, kind=kind, reason=reason, actor=by.actor, actor_name=name, at=now
    )
    session.add(link)
    await session.flush()
    return link


async def _told_to_both(
    session: AsyncSession,
    what: Kind,
    link: CaseLink,
    case: Case,
    other: Case,
    by: Principal,
    now: datetime,
    reason: str | None,
) -> None:
    """The reason stands with the complaint it was written for: its words belong to that conversation."""
    await noted(session, case, what, by, now=now, opinion=reason, detail={"number": other.number, "kind": link.kind})
    await noted(session, other, what, by, now=now, detail={"number": case.number, "kind": link.kind})
