from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers.model import Customer
from casebackend.identity import levels
from casebackend.identity.model import IdentityCode, IdentityTalk, IdentityTries
from casebackend.identity.rules import HOUR, Action, Level, Tries, Where, in_force


@dataclass(frozen=True, slots=True)
class Shown:
    """What a conversation has shown. `phone` is the blind index of the verified one."""

    level: Level
    until: datetime | None = None
    phone: str | None = None


NOTHING_SHOWN = Shown(Level.CHANNEL)


async def shown(session: AsyncSession, conversation_id: UUID, *, now: datetime) -> Shown:
    talk = await session.get(IdentityTalk, conversation_id)
    if talk is None:
        return NOTHING_SHOWN
    level = in_force(Level(talk.level), talk.level_until, now)
    return Shown(level, talk.level_until, talk.verified_phone) if level else NOTHING_SHOWN


async def customers_within_reach(
    session: AsyncSession, conversation_id: UUID, action: Action, *, now: datetime
) -> list[UUID]:
    """Whose complaints, registered elsewhere, this conversation may do `action` with."""
    has = await shown(session, conversation_id, now=now)
    if has.phone is None or not levels.allows(action, Where.ELSEWHERE, has.level):
        return []
    return list(await session.scalars(select(Customer.id).where(Customer.phone_index == has.phone)))


async def tries(session: AsyncSession, about: str) -> Tries:
    row = await session.get(IdentityTries, about, populate_existing=True)
    return Tries(row.wrong, row.last_at, row.locked_until) if row else Tries()


async def newest_code(session: AsyncSession, conversation_id: UUID) -> IdentityCode | None:
    found: IdentityCode | None = await session.scalar(
        select(IdentityCode)
        .where(IdentityCode.conversation_id == conversation_id)
        .order_by(IdentityCode.asked_at.desc(), IdentityCode.id)
        .limit(1)
        .with_for_update()
    )
    return found


async def asked_lately(
    session: AsyncSession, *, conversation_id: UUID, phone_index: str, now: datetime
) -> tuple[int, datetime | None]:
    """The larger count of codes in the last hour, of the conversation or of the phone, and when its first was asked."""
    counted: list[tuple[int, datetime | None]] = []
    for column, value in ((IdentityCode.conversation_id, conversation_id), (IdentityCode.phone_index, phone_index)):
        query = select(func.count(), func.min(IdentityCode.asked_at)).where(
            column == value, IdentityCode.asked_at > now - HOUR
        )
        count, oldest = (await session.execute(query)).one()
        counted.append((count, oldest))
    return max(counted, key=lambda each: each[0])
