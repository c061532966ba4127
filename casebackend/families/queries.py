"""What belongs together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases import queries
from casebackend.cases.judgement import from_regulator
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.dictionaries.rules import UNCLASSIFIED
from casebackend.families.model import CaseLink
from casebackend.families.rules import BACKWARD, FORWARD, LinkKind, Relation
from casebackend.parties.queries import about_the_same
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

MOST = 50
URGES = (Kind.URGED, Kind.STAFF_URGED)


async def links_of(session: AsyncSession, case_id: UUID) -> Sequence[CaseLink]:
    found = await session.scalars(
        select(CaseLink)
        .where(or_(CaseLink.case_id == case_id, CaseLink.other_id == case_id), CaseLink.removed_at.is_(None))
        .order_by(CaseLink.at, CaseLink.id)
    )
    return found.all()


async def linked(session: AsyncSession, one: UUID, other: UUID) -> Sequence[CaseLink]:
    """Links in either direction that stand."""
    return [link for link in await links_of(session, one) if other in (link.case_id, link.other_id)]


def relation_seen_from(link: CaseLink, case_id: UUID) -> Relation:
    kind = LinkKind(link.kind)
    return FORWARD[kind] if link.case_id == case_id else BACKWARD[kind]


async def members(session: AsyncSession, case: Case, principal: Principal) -> list[tuple[Relation, Case]]:
    """Oldest first, `case` among them; what the reader may not see is not there at all."""
    related: dict[UUID, Relation] = {}
    for link in await links_of(session, case.id):
        other = link.other_id if link.case_id == case.id else link.case_id
        related.setdefault(other, relation_seen_from(link, case.id))
    if case.parent_id is not None:
        related[case.parent_id] = Relation.FIRST
    if case.master_id is not None:
        related[case.master_id] = Relation.MERGED_INTO
    query = await queries.scoped(session, principal, Case)
    close = or_(Case.id.in_(related), Case.parent_id == case.id, Case.master_id == case.id)
    found = [(_relation(other, case, related), other) for other in await session.scalars(query.where(close))]
    return sorted([*found, (Relation.SELF, case)], key=lambda each: (each[1].received_at, each[1].number))


def _relation(other: Case, case: Case, related: dict[UUID, Relation]) -> Relation:
    if other.parent_id == case.id:
        return Relation.SECOND
    if other.master_id == case.id:
        return Relation.MERGED_HERE
    return related[other.id]


async def urged_at(session: AsyncSession, case_id: UUID) -> list[datetime]:
    found = await session.scalars(
        select(TimelineEntry.at)
        .where(TimelineEntry.case_id == case_id, TimelineEntry.kind.in_(URGES))
        .order_by(TimelineEntry.seq)
    )
    return list(found)


async def earlier_of(session: AsyncSession, case: Case) -> Sequence[Case]:
    """Complaints of the same customer about the same thing, business or unit, received before."""
    if case.customer_id is None:
        return []
    same: list[ColumnElement[bool]] = [Case.id.in_(about_the_same(case.id))]
    if case.category_b != UNCLASSIFIED:
        same.append(Case.category_b == case.category_b)
    if case.unit_id is not None:
        same.append(Case.unit_id == case.unit_id)
    found = await session.scalars(
        select(Case)
        .where(
            Case.customer_id == case.customer_id,
            Case.id != case.id,
            Case.filed_at <= case.filed_at,
            Case.status.not_in((Status.DRAFT, Status.VOIDED)),
            or_(*same),
        )
        .order_by(Case.filed_at, Case.number)
        .limit(MOST)
    )
    return found.all()


async def regulated_since(session: AsyncSession, case_id: UUID) -> Sequence[UUID]:
    """Of the same customer: this case and those filed after it, as far as they came from the regulator."""
    case = await session.get_one(Case, case_id)
    found = await session.scalars(
        select(Case.id)
        .where(
            Case.customer_id == case.customer_id,
            Case.filed_at >= case.filed_at,
            Case.status.not_in((Status.DRAFT, Status.VOIDED)),
            from_regulator(),
        )
        .order_by(Case.id)
        .limit(MOST)
    )
    return found.all()


async def parted(session: AsyncSession, one: UUID, other: UUID) -> bool:
    """Whether somebody has taken back that the regulator's case belongs to the other one."""
    pair = or_(
        and_(CaseLink.case_id == one, CaseLink.other_id == other),
        and_(CaseLink.case_id == other, CaseLink.other_id == one),
    )
    taken_back = CaseLink.kind == LinkKind.REGULATOR, CaseLink.removed_at.is_not(None)
    return await session.scalar(select(CaseLink.id).where(pair, *taken_back).limit(1)) is not None
