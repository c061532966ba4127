from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import PersonRole
from casebackend.parties.model import BusinessObject, Party, ReceivedDocument


def persons_complained_of(cases: Select[UUID]) -> Select[UUID | None]:
    """The colleagues that these complaints are about, as far as they are known to us."""
    return select(BusinessObject.user_id).where(BusinessObject.case_id.in_(cases), BusinessObject.user_id.is_not(None))


async def people_of(session: AsyncSession, case_id: UUID) -> Sequence[Party]:
    found = await session.scalars(
        select(Party).where(Party.case_id == case_id).order_by(Party.added_at, Party.role, Party.id)
    )
    return sorted(found, key=lambda each: each.role != PersonRole.COMPLAINANT)


async def tier_of(session: AsyncSession, case_id: UUID) -> str | None:
    """Of the complainant, as it was taken down."""
    tiers = select(Party.tier).where(Party.case_id == case_id, Party.role == PersonRole.COMPLAINANT)
    found: str | None = await session.scalar(tiers.where(Party.tier.is_not(None)).limit(1))
    return found


async def documents_of(session: AsyncSession, case_id: UUID) -> Sequence[ReceivedDocument]:
    found = await session.scalars(
        select(ReceivedDocument)
        .where(ReceivedDocument.case_id == case_id)
        .order_by(ReceivedDocument.received_at, ReceivedDocument.kind, ReceivedDocument.id)
    )
    return found.all()


async def objects_of(session: AsyncSession, case_id: UUID) -> Sequence[BusinessObject]:
    found = await session.scalars(
        select(BusinessObject)
        .where(BusinessObject.case_id == case_id)
        .order_by(BusinessObject.added_at, BusinessObject.kind, BusinessObject.id)
    )
    return found.all()


def about_the_same(case_id: UUID) -> Select[UUID]:
    """Cases that name the same card, account, product, policy, outlet or colleague."""
    mine, theirs = aliased(BusinessObject), aliased(BusinessObject)
    return (
        select(theirs.case_id)
        .join(mine, and_(mine.kind == theirs.kind, mine.value_index == theirs.value_index))
        .where(mine.case_id == case_id)
    )


async def documents_missing(session: AsyncSession, case_id: UUID, capacity: str) -> list[str]:
    """Labels of what this capacity, and whoever speaks for the complainant, still has to bring."""
    known = catalogue()
    roles = (await session.scalars(select(Party.role).where(Party.case_id == case_id).distinct())).all()
    if not known.documents_missing(capacity, [], roles):
        return []
    held = [(document.kind, document.original_seen) for document in await documents_of(session, case_id)]
    return [known.documents[kind] for kind in known.documents_missing(capacity, held, roles)]
