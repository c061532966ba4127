from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers.model import Customer
from casebackend.identity import levels
from casebackend.identity.model import IdentityCode, IdentityTalk, IdentityTries
from casebackend.identity.rules import Action, Level, Tries, Where, in_force


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


async def codes_of(session: AsyncSession, asker_id: UUID, *, since: datetime) -> tuple[int, datetime | None]:
    """How many this one asked for, and when the first of them."""
    mine = (IdentityCode.conversation_id == asker_id, IdentityCode.asked_at > since)
    count, oldest = (await session.execute(select(func.count(), func.min(IdentityCode.asked_at)).where(*mine))).one()
    return count, oldest


async def codes_to(session: AsyncSession, phone_index: str, *, since: datetime) -> int:
    theirs = (IdentityCode.phone_index == phone_index, IdentityCode.asked_at >= since)
    return await session.scalar(select(func.count()).where(*theirs)) or 0
