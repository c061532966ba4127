"""复核提醒: whoever verifies hears that the day of an entry has come, and once more when its grace is over."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import batched

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist import hands
from casebackend.assist.calling import CAUGHT_UP, cause_of, word_of
from casebackend.calendar.rules import local_date
from casebackend.curation import inbox, queries, reviewing
from casebackend.curation.reviewing import Key
from casebackend.curation.rules import Review, Step
from casebackend.notices.model import Notice
from casebackend.notices.service import notify

TEMPLATES = {Review.DUE: "staff_entry_review", Review.OVERDUE: "staff_entry_review_overdue"}


async def to_remind(session: AsyncSession, *, now: datetime) -> Sequence[Key]:
    """What came due or ran over its grace a short while ago, and was not told. However much of it waits to be looked
    at, what comes due today is told."""
    grace = (await reviewing.terms(session, now)).grace
    since = local_date(now) - timedelta(days=grace) - CAUGHT_UP
    keys = await reviewing.due(session, now=now, since=since)
    found: list[Key] = []
    for some in batched(keys, inbox.MOST):
        found += await _untold(session, some, now)
        if len(found) >= inbox.MOST:
            break
    return found


async def _untold(session: AsyncSession, keys: Collection[Key], now: datetime) -> list[Key]:
    states = await reviewing.states(session, keys, now=now)
    causes = {_cause(key, *states[key]): key for key in keys if key in states}
    told = set(await session.scalars(select(Notice.cause).where(Notice.cause.in_(causes))))
    return [key for cause, key in causes.items() if cause not in told]


async def remind(session: AsyncSession, key: Key, *, now: datetime) -> None:
    row = await queries.hold(session, *key)
    found = (await reviewing.states(session, [key], now=now)).get(key)
    if found is None:
        return
    steps = await queries.steps(session, *key)
    word = word_of(row, Step.VERIFY, TEMPLATES[found[1]], _cause(key, *found), steps[-1] if steps else None)
    to = await hands.able(session, row, Step.VERIFY, steps, unit_id=row.unit_id)
    await notify(session, word, to=to, unit_id=row.unit_id or await hands.unit_of(session, row.author_id), now=now)


def _cause(key: Key, day: date, state: Review) -> str:
    return f"{cause_of(*key)}:{state}:{day.isoformat()}"
