"""收件箱: what waits for whom, and what is about to end."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.access.principal import Principal
from casebackend.calendar.rules import local_date
from casebackend.curation import reviewing
from casebackend.curation.model import Article, ArticleStep, ChangeRequest, Impact
from casebackend.curation.rules import CHECKERS, FLOW, OPEN, WRITERS, ArticleStatus, RequestState, Step, taken_hand
from casebackend.policies import service as policies
from casebackend.staff.queries import with_role
from casebackend.staff.rules import Role

VERIFY_DAYS, EXPIRING_DAYS = "knowledge.verify_days", "knowledge.expiring_days"
MOST = 200
# The step that is waited for in each status; what was returned waits for its author.
AWAITED = {
    ArticleStatus.SUBMITTED: Step.CHECK,
    ArticleStatus.CHECKED: Step.APPROVE,
    ArticleStatus.APPROVED: Step.PUBLISH,
}


@dataclass(frozen=True, slots=True)
class Counts:
    todo: int
    drafts: int
    scheduled: int
    requests: int
    impacts: int
    expiring: int


async def keepers(session: AsyncSession) -> set[UUID]:
    """Who may go on writing what he has begun."""
    return {user.id for role in sorted(WRITERS) for user in await with_role(session, Role(role))}


def left_to_writers(keepers: Collection[UUID]) -> ColumnElement[bool]:
    """A draft, or one that came back, whose author is no writer or is there no more: theirs to complete."""
    begun = Article.status.in_((ArticleStatus.DRAFT, ArticleStatus.RETURNED))
    return begun & Article.author_id.is_not(None) & Article.author_id.not_in(keepers)


async def todo(session: AsyncSession, me: Principal, *, now: datetime) -> list[Article]:
    """What this colleague can take on now: nobody is shown what another hand of his has already touched."""
    waiting = [status for status, step in AWAITED.items() if FLOW[status, step][1] & me.roles]
    mine: list[ColumnElement[bool]] = [
        Article.status.in_(waiting) & Article.publish_at.is_(None),
        (Article.status == ArticleStatus.RETURNED) & (Article.author_id == me.user_id),
    ]
    if WRITERS & me.roles:
        mine.append(left_to_writers(await keepers(session)))
    query = select(Article).where(or_(*mine))
    rows = list(await session.scalars(query.order_by(Article.imported_at, Article.id).limit(MOST)))
    before = await _hands(session, [row.id for row in rows])
    free = [row for row in rows if _free(row, me.user_id, before[row.id, row.version])]
    if not CHECKERS & me.roles:
        return free
    verify = await to_verify(session, me, now=now)
    known = {(row.id, row.version) for row in verify}
    return free + verify + [row for row in await to_review(session, me, now=now) if (row.id, row.version) not in known]


def _free(row: Article, user: UUID | None, before: Sequence[tuple[Step, UUID | None]]) -> bool:
    step = AWAITED.get(ArticleStatus(row.status))
    return step is None or (user is not None and taken_hand(step, user, before) is None)


async def _hands(
    session: AsyncSession, ids: Sequence[str]
) -> defaultdict[tuple[str, int], list[tuple[Step, UUID | None]]]:
    found: defaultdict[tuple[str, int], list[tuple[Step, UUID | None]]] = defaultdict(list)
    for step in await session.scalars(select(ArticleStep).where(ArticleStep.article_id.in_(ids))):
        found[step.article_id, step.version].append((Step(step.step), step.user_id))
    return found


def judgeable() -> ColumnElement[bool]:
    """Published, the last word of its entry, and not judged."""
    newer = aliased(Article)
    overtaken = exists().where(
        newer.id == Article.id, newer.version > Article.version, newer.status == ArticleStatus.PUBLISHED
    )
    judged = exists().where(
        ArticleStep.article_id == Article.id,
        ArticleStep.version == Article.version,
        ArticleStep.step.in_((Step.VERIFY, Step.DISPUTE)),
    )
    return (Article.status == ArticleStatus.PUBLISHED) & ~overtaken & ~judged


async def to_verify(session: AsyncSession, me: Principal, *, now: datetime) -> list[Article]:
    """Published here so long ago that its use can be judged, and not yet judged."""
    days = int((await policies.values_in_force(session, now))[VERIFY_DAYS])
    rows = await session.scalars(
        select(Article)
        .where(
            judgeable(),
            Article.published_at <= now - timedelta(days=days),
            Article.author_id != me.user_id,
        )
        .order_by(Article.published_at, Article.id)
        .limit(MOST)
    )
    return list(rows)


async def to_review(session: AsyncSession, me: Principal, *, now: datetime) -> list[Article]:
    """Whose day of review has come, the longest overdue first; nobody reviews what he wrote."""
    keys = await reviewing.due(session, now=now, most=MOST)
    if not keys:
        return []
    rows = await session.scalars(select(Article).where(tuple_(Article.id, Article.version).in_(keys)))
    found = {(row.id, row.version): row for row in rows if row.author_id is None or row.author_id != me.user_id}
    return [found[key] for key in keys if key in found]


async def drafts(session: AsyncSession, me: Principal) -> list[Article]:
    rows = await session.scalars(
        select(Article)
        .where(Article.author_id == me.user_id, Article.status.in_(OPEN))
        .order_by(Article.imported_at.desc(), Article.id)
        .limit(MOST)
    )
    return list(rows)


async def scheduled(session: AsyncSession) -> list[Article]:
    """Approved: those with an hour first, in their order."""
    rows = await session.scalars(
        select(Article).where(Article.status == ArticleStatus.APPROVED).order_by(Article.imported_at).limit(MOST)
    )
    return sorted(rows, key=lambda row: (row.publish_at is None, row.publish_at or row.imported_at, row.id))


async def expiring(session: AsyncSession, *, now: datetime) -> list[Article]:
    today = local_date(now)
    days = int((await policies.values_in_force(session, now))[EXPIRING_DAYS])
    return await _ending(session, today, today + timedelta(days=days))


async def _ending(session: AsyncSession, first: date, last: date) -> list[Article]:
    newest = (
        select(Article.id, func.max(Article.version).label("version"))
        .where(Article.status == ArticleStatus.PUBLISHED)
        .group_by(Article.id)
        .subquery()
    )
    rows = await session.scalars(
        select(Article)
        .join(newest, (newest.c.id == Article.id) & (newest.c.version == Article.version))
        .where(Article.effective_to.between(first, last))
        .order_by(Article.effective_to, Article.id)
        .limit(MOST)
    )
    return list(rows)


async def counts(session: AsyncSession, me: Principal, *, now: datetime) -> Counts:
    opened = select(func.count()).where(ChangeRequest.state == RequestState.OPEN)
    affected = select(func.count()).where(Impact.reviewed_at.is_(None))
    return Counts(
        todo=len(await todo(session, me, now=now)),
        drafts=len(await drafts(session, me)),
        scheduled=len(await scheduled(session)),
        requests=int(await session.scalar(opened) or 0),
        impacts=int(await session.scalar(affected) or 0),
        expiring=len(await expiring(session, now=now)),
    )
