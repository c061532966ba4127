from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.identity import IdentityStep
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.identity import levels
from casebackend.identity.model import IdentityCode, IdentityTalk, IdentityTries
from casebackend.identity.rules import Action, Level, Tries, Where, in_force

# Beside the last answer, under a name that no answer has.
CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a conversation has shown. `phone` is the blind index of the verified one; `names` are those of the
    names that whom core banking has confirmed goes by."""

    level: Level
    until: datetime | None = None
    phone: str | None = None
    names: frozenset[str] = frozenset()


NOTHING_SHOWN = Shown(Level.CHANNEL)


async def shown(session: AsyncSession, conversation_id: UUID, *, now: datetime) -> Shown:
    talk = await session.get(IdentityTalk, conversation_id)
    if talk is None:
        return NOTHING_SHOWN
    level = in_force(Level(talk.level), talk.level_until, now)
    names = frozenset(talk.last_result.get(CONFIRMED, ()) if level is Level.CORE else ())
    return Shown(level, talk.level_until, talk.verified_phone, names) if level else NOTHING_SHOWN


def last_step(talk: IdentityTalk) -> IdentityStep:
    return IdentityStep.model_validate({name: value for name, value in talk.last_result.items() if name != CONFIRMED})


def keep_step(talk: IdentityTalk, step: IdentityStep) -> None:
    """Whom core banking has confirmed is known as long as the level is in force."""
    confirmed = {CONFIRMED: talk.last_result[CONFIRMED]} if CONFIRMED in talk.last_result else {}
    talk.last_result = step.model_dump(mode="json") | confirmed


async def of_phone(session: AsyncSession, phone_index: str | None) -> list[Customer]:
    """Newest first."""
    if phone_index is None:
        return []
    of_it = select(Customer).where(Customer.phone_index == phone_index)
    return list(await session.scalars(of_it.order_by(Customer.updated_at.desc(), Customer.id)))


async def customers_within_reach(
    session: AsyncSession, conversation_id: UUID, action: Action, *, now: datetime, where: Where = Where.ELSEWHERE
) -> list[UUID]:
    """Whose complaints, registered there, this conversation may do `action` with. A family may share a phone, so
    what needs level 2 is open to the one name that core banking has confirmed."""
    has = await shown(session, conversation_id, now=now)
    if has.phone is None or not levels.allows(action, where, has.level):
        return []
    found = await of_phone(session, has.phone)
    if levels.table()[action, where].level is not Level.CORE:
        return [each.id for each in found]
    named = {each.id: (await customers.opened(session, each))["name"] or "" for each in found}
    vault = customers.vault(session)
    return [each for each, name in named.items() if vault.index("name", name) in has.names]


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
