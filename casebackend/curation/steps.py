"""One version through its hands: submitted, checked, approved, published, verified; returned wherever it stands."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.calendar.rules import local_date
from casebackend.curation import entries, errors, inbox, publishing, queries, requests, service
from casebackend.curation.model import Article
from casebackend.curation.rules import (
    FLOW,
    OPINION_NEEDED,
    OWN_ONLY,
    STATUS_NAMES,
    STEP_NAMES,
    ArticleStatus,
    Step,
    taken_hand,
)  # fmt: skip
from casebackend.customers.personal import tokenise

LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Taken:
    """What comes with a step. `on`: the first day on which the entry is no longer in force."""

    step: Step
    opinion: str | None = None
    publish_at: datetime | None = None
    on: date | None = None


async def require_may(session: AsyncSession, row: Article, step: Step, by: Principal) -> ArticleStatus:
    """The status after it."""
    status = ArticleStatus(row.status)
    if (status, step) not in FLOW:
        raise errors.StepImpossible(STEP_NAMES[step], STATUS_NAMES[status])
    following, roles = FLOW[status, step]
    if by.user_id is None or not roles & by.roles:
        raise errors.NotYourStep(STEP_NAMES[step])
    if step in OWN_ONLY and row.author_id != by.user_id and row.author_id in await inbox.keepers(session):
        raise errors.NotYourDraft
    before = [(Step(done.step), done.user_id) for done in await queries.steps(session, row.id, row.version)]
    hand = taken_hand(step, by.user_id, before)
    if hand is not None or (step in (Step.VERIFY, Step.DISPUTE) and row.author_id == by.user_id):
        raise errors.OneHandOnly(hand or "起草")
    return following


async def take(session: AsyncSession, row: Article, taken: Taken, *, by: Principal, now: datetime) -> None:
    """`row` is held, and the caller has compared what was read."""
    if taken.step is Step.EDIT:
        raise errors.StepImpossible("不写内容就修改", STATUS_NAMES[ArticleStatus(row.status)])
    following = await require_may(session, row, taken.step, by)
    opinion = tokenise(taken.opinion.strip()).text if taken.opinion and taken.opinion.strip() else None
    if taken.step in OPINION_NEEDED and opinion is None:
        raise errors.OpinionMissing(STEP_NAMES[taken.step])
    special = SPECIAL.get(taken.step)
    if special is not None:
        await special(session, row, taken, opinion, by, now)
        return
    if taken.step is Step.SUBMIT:
        await require_sound(session, row, now=now)
    row.status = following
    row.publish_at = None
    row.row_version += 1
    await session.flush()
    await service.stepped(session, row, taken.step, by=by, now=now, opinion=opinion)


async def require_sound(session: AsyncSession, row: Article, *, now: datetime) -> None:
    entries.require_whole(row)
    unknown = await queries.unknown_ids(session, row.links)
    if unknown:
        raise errors.EntryIncomplete([f"关联的条目不存在：{'、'.join(unknown)}"])
    await publishing.require_order(session, row, now=now)
    await publishing.require_no_clash(session, row, now=now)


type Special = Callable[[AsyncSession, Article, Taken, str | None, Principal, datetime], Awaitable[None]]


async def _publish(session: AsyncSession, row: Article, _: Taken, __: str | None, by: Principal, now: datetime) -> None:
    await publishing.publish(session, row, by=by, now=now)


async def _schedule(
    session: AsyncSession, row: Article, taken: Taken, opinion: str | None, by: Principal, now: datetime
) -> None:
    if taken.publish_at is None or not now < taken.publish_at <= now + LONGEST_AHEAD:
        raise errors.PublishMoment
    await publishing.require_no_clash(session, row, now=now)
    row.publish_at = taken.publish_at
    row.row_version += 1
    await session.flush()
    at = taken.publish_at.isoformat()
    await service.stepped(session, row, Step.SCHEDULE, by=by, now=now, opinion=opinion, publish_at=at)


async def _verify(
    session: AsyncSession, row: Article, taken: Taken, opinion: str | None, by: Principal, now: datetime
) -> None:
    """What was found wrong is asked to be changed; until then the entry stands."""
    row.row_version += 1
    await session.flush()
    await service.stepped(session, row, taken.step, by=by, now=now, opinion=opinion)
    if taken.step is Step.DISPUTE:
        await requests.request_change(session, row.id, opinion or "", None, by, now)


async def _retire(
    session: AsyncSession, row: Article, taken: Taken, opinion: str | None, by: Principal, now: datetime
) -> None:
    on = taken.on or local_date(now)
    last = await queries.last_published(session, row.id)
    if last is None or last.version != row.version:
        raise errors.StepImpossible(STEP_NAMES[Step.RETIRE], "已被新版本替代")
    if on < local_date(now) or (row.effective_to is not None and on > row.effective_to):
        raise errors.RetireDay
    if local_date(now) < row.effective_from and on <= row.effective_from:
        await publishing.take_back(session, row, opinion or "", by=by, now=now)
        return
    await publishing.end(session, row, on, opinion or "", by=by, now=now)


SPECIAL: dict[Step, Special] = {
    Step.PUBLISH: _publish,
    Step.SCHEDULE: _schedule,
    Step.VERIFY: _verify,
    Step.DISPUTE: _verify,
    Step.RETIRE: _retire,
}
