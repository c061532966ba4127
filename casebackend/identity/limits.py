"""How often somebody may guess, and how many codes go to one phone.

Three wrong answers lock the one who gave them (a conversation belongs to one channel identity) for half an hour, not
the phone: a stranger must not lock a customer out. Over all who ask about one phone a higher number a day stops
guessing and pestering; whoever has proved this phone before is outside that count and is not stopped by it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import at, end_of_day, local_date
from casebackend.identity import queries, rules
from casebackend.identity.model import IdentityTries
from casebackend.identity.rules import HOUR, Tries
from casebackend.notices.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Asker:
    """`id`: of the conversation or of the visit to the progress page. `known`: it has proved this phone before."""

    id: UUID
    phone: str
    known: bool = False

    @property
    def own(self) -> str:
        return own_count(self.id)

    @property
    def everybodys(self) -> str:
        return f"phone:{self.phone}"


def own_count(asker_id: UUID) -> str:
    return f"talk:{asker_id}"


async def locked(session: AsyncSession, asker: Asker, now: datetime) -> datetime | None:
    """Until when nothing that this one answers is looked at."""
    counts = [asker.own] if asker.known else [asker.own, asker.everybodys]
    ends = [rules.locked(await queries.tries(session, about), now) for about in counts]
    return max((end for end in ends if end is not None), default=None)


async def missed(session: AsyncSession, asker: Asker, given: Thresholds, now: datetime) -> tuple[int, datetime | None]:
    """One more wrong answer: how many are left, and until when it is locked now."""
    most, lock = given.number("identity.wrong"), given.minutes("identity.lock_minutes")
    mine = rules.missed(await queries.tries(session, asker.own), now, most=most, lock=lock)
    await keep(session, asker.own, mine)
    left = rules.left(mine, now, most=most, lock=lock)
    if not asker.known:
        most = given.number("identity.phone_wrong_per_day")
        ours = _one_more(await queries.tries(session, asker.everybodys), now, most)
        await keep(session, asker.everybodys, ours)
        left = min(left, max(most - ours.wrong, 0))
    return left, await locked(session, asker, now)


def _one_more(tries: Tries, now: datetime, most: int) -> Tries:
    last_on = local_date(tries.last_at) if tries.last_at is not None else None
    today = local_date(now)
    return rules.missed_today(tries, now, last_on=last_on, today=today, ends=_midnight(now), most=most)


def _midnight(now: datetime) -> datetime:
    return end_of_day(local_date(now)).astimezone(UTC)


async def full(session: AsyncSession, asker: Asker, given: Thresholds, now: datetime) -> datetime | None:
    """Until when no further code is sent to this one, or for a stranger to this phone."""
    count, oldest = await queries.codes_of(session, asker.id, since=now - HOUR)
    if count >= given.number("identity.sends_per_hour"):
        return (oldest or now) + HOUR
    sent = await queries.codes_to(session, asker.phone, since=at(local_date(now), time.min))
    if not asker.known and sent >= given.number("identity.phone_sends_per_day"):
        return _midnight(now)
    return None


async def forgive(session: AsyncSession, asker: Asker) -> None:
    """After a right answer. The day's count of the phone stays, or guesses would begin anew with each."""
    await keep(session, asker.own, Tries())


async def keep(session: AsyncSession, about: str, tries: Tries) -> None:
    row = IdentityTries(about=about, wrong=tries.wrong, last_at=tries.last_at, locked_until=tries.locked_until)
    await session.merge(row)
    await session.flush()
