from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.credentials.model import OldPassword, RecoveryCode, SecondFactor


async def factor_of(session: AsyncSession, user_id: UUID) -> SecondFactor | None:
    """Also one that was begun and not confirmed."""
    found: SecondFactor | None = await session.get(SecondFactor, user_id)
    return found


async def is_enrolled(session: AsyncSession, user_id: UUID) -> bool:
    factor = await factor_of(session, user_id)
    return factor is not None and factor.confirmed_at is not None


async def enrolled(session: AsyncSession) -> frozenset[UUID]:
    return frozenset(await session.scalars(select(SecondFactor.user_id).where(SecondFactor.confirmed_at.is_not(None))))


async def codes_left(session: AsyncSession, user_id: UUID) -> int:
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


async def old_passwords(session: AsyncSession, user_id: UUID, most: int) -> Sequence[str]:
    """Newest first, without the present one."""
    query = select(OldPassword.password_hash).where(OldPassword.user_id == user_id)
    return (await session.scalars(query.order_by(OldPassword.at.desc()).limit(most))).all()
