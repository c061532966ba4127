from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.recusals.model import Recusal, Waiver


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Recusal]:
    found = await session.scalars(
        select(Recusal).where(Recusal.case_id == case_id).order_by(Recusal.declared_at, Recusal.id)
    )
    return found.all()


async def standing(session: AsyncSession, case_id: UUID, user_id: UUID) -> Recusal | None:
    found: Recusal | None = await session.scalar(
        select(Recusal).where(Recusal.case_id == case_id, Recusal.user_id == user_id, Recusal.lifted_at.is_(None))
    )
    return found


def declared(cases: Select[UUID], *, own: UUID) -> Select[UUID]:
    """On these cases. What was declared on another one of the family is lifted by a waiver of `own`."""
    waived_here = select(Waiver.user_id).where(Waiver.case_id == own)
    return select(Recusal.user_id).where(
        Recusal.case_id.in_(cases),
        Recusal.lifted_at.is_(None),
        or_(Recusal.case_id == own, Recusal.user_id.not_in(waived_here)),
    )


async def waivers_of(session: AsyncSession, case_id: UUID) -> Sequence[Waiver]:
    found = await session.scalars(
        select(Waiver).where(Waiver.case_id == case_id).order_by(Waiver.granted_at, Waiver.id)
    )
    return found.all()


def waived(case_id: UUID) -> Select[UUID]:
    return select(Waiver.user_id).where(Waiver.case_id == case_id)
