"""Every morning to the leaders of each unit how it stands. Late is better than not, until the day is over."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import end_of_day, local, local_date
from casebackend.cases.search import as_pairs
from casebackend.digests import queries
from casebackend.digests.model import Digest
from casebackend.notices.model import StaffMessage
from casebackend.notices.rules import State
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from casebackend.staff.queries import names

ONE_DAY = timedelta(days=1)
TEMPLATE, FORMER = "staff_digest_with_late", "staff_digest"
ON_ITS_WAY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Missing:
    """How many leaders have not got this morning's summary, and who of them has no address to send it to."""

    count: int = 0
    unreachable: tuple[str, ...] = ()


async def due(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Leaders who have not been told today, once the hour has come."""
    if local(now).time() < (await in_force(session, now)).time("digest.at"):
        return []
    return await _untold(session, local_date(now))


async def _untold(session: AsyncSession, today: date) -> list[UUID]:
    told = set(await session.scalars(select(Digest.user_id).where(Digest.day == today)))
    return [user.id for user in await queries.leaders(session) if user.id not in told]


async def write(session: AsyncSession, user_id: UUID, *, now: datetime, address: str) -> bool:
    today = local_date(now)
    if await session.get(Digest, (today, user_id)) is not None:
        return False
    user = await session.get_one(User, user_id)
    counts = await queries.counts(session, user, today - ONE_DAY, now=now)
    link = f"/query?{urlencode(as_pairs(await queries.nearly_late_of(session, user)))}"
    session.add(Digest(day=today, user_id=user_id, at=now, counts=asdict(counts)))
    await session.flush()
    root = queries.root_of(user)
    unit = await session.get(Organisation, root) if root else None
    day = today - ONE_DAY
    word = Word(
        cause=f"digest:{today}:{user_id}",
        kind="digest.daily",
        template=TEMPLATE,
        values=asdict(counts)
        | {"unit": unit.name if unit else "", "day": f"{day.month}月{day.day}日", "address": f"{address}{link}"},
        link=link,
        at_once=True,
        own=True,
    )
    return await notify(session, word, to=[user], now=now)


async def missing(session: AsyncSession, *, now: datetime) -> Missing:
    """After the hour of the alarm: which leaders have not been told, or whose mail or SMS has not left."""
    if local(now).time() < (await in_force(session, now)).time("digest.alarm"):
        return Missing()
    today = local_date(now)
    sent = StaffMessage.user_id == Digest.user_id, StaffMessage.template.in_((TEMPLATE, FORMER))
    meant = exists().where(*sent, StaffMessage.created_at >= end_of_day(today - ONE_DAY))
    written = select(Digest.user_id).where(Digest.day == today, Digest.at <= now - ON_ITS_WAY)
    held = set(await session.scalars(written.where(meant.where(StaffMessage.state != State.SENT))))
    nowhere = set(await session.scalars(written.where(~meant)))
    return Missing(
        len(await _untold(session, today)) + len(held | nowhere),
        tuple(sorted((await names(session, nowhere)).values())),
    )
