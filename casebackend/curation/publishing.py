"""What is published holds at once for every process; what ends stays to be read."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.calendar.rules import at, local_date
from casebackend.curation import entries, errors, gate, queries
from casebackend.curation.asked import Asked
from casebackend.curation.entries import entry
from casebackend.curation.indexing import NOW
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus, Step, was_ended
from casebackend.curation.service import CHAIN, stepped
from casebackend.database import one_at_a_time
from casebackend.outbox import service as outbox
from casebackend.policies import service as policies
from knowledge import articles

EDITION = "knowledge"
ASKED = "knowledge.asked"
NEAR = "knowledge.near_percent"
ONE_DAY = timedelta(days=1)
MIDNIGHT = time()


async def others(session: AsyncSession, ids: Collection[str], today: date) -> list[articles.Article]:
    """Every published version of these that is or will be in force, with the phrasings that it has learned."""
    learned = await queries.phrasings_of(session, ids)
    return [
        replace(article, questions=(*article.questions, *learned.get(article.id, ())))
        for article in articles.close_superseded(await queries.published_of(session, ids))
        if article.effective_to is None or article.effective_to >= today
    ]


async def asked(session: AsyncSession) -> Asked:
    """All published questions, kept in the process under their edition. The edition is asked for here, not taken from
    the beginning of the transaction: who waited for his turn to publish sees what was published meanwhile."""
    held: dict[Any, Any] | None = session.info.get(editions.KEPT)
    if held is None or EDITION in session.info.get(editions.CHANGED, ()):
        found = Asked()
        await asyncio.to_thread(found.take, await queries.questions(session))
        return found
    current = int(await session.scalar(NOW) or 0)
    found = cast(Asked, held.setdefault(ASKED, Asked()))
    if found.edition < current:
        await asyncio.to_thread(found.take, await queries.questions(session), current)
    return found


async def clashes(session: AsyncSession, row: Article, *, now: datetime) -> list[gate.Match]:
    mine = entry(row)
    known = await asked(session)
    ids = await asyncio.to_thread(known.same, gate.asked_by(mine))
    return gate.clashes(mine, await others(session, ids, local_date(now)))


async def near(session: AsyncSession, row: Article, *, now: datetime) -> list[gate.Match]:
    percent, mine = int((await policies.values_in_force(session, now))[NEAR]), entry(row)
    known = await asked(session)
    ids = await asyncio.to_thread(known.near, gate.asked_by(mine), percent=percent)
    return await asyncio.to_thread(gate.near, mine, await others(session, ids, local_date(now)), percent=percent)


async def require_no_clash(session: AsyncSession, row: Article, *, now: datetime) -> None:
    found = await clashes(session, row, now=now)
    if found:
        raise errors.EntryClash(gate.told(entry(row), found))


async def publish(session: AsyncSession, row: Article, *, by: Principal | None, now: datetime) -> None:
    """`row` is held and approved. No two are published at once, so that none slips past the gate beside another."""
    await one_at_a_time(session, CHAIN)
    last = await require_order(session, row, now=now)
    written = row.effective_from
    entries.written(row, {"effective_from": entries.first_day(row, local_date(now))})
    await require_no_clash(session, row, now=now)
    row.status, row.published_at, row.publish_at = ArticleStatus.PUBLISHED, now, None
    row.row_version += 1
    await session.flush()
    detail: dict[str, Any] = {} if row.effective_from == written else {"effective_from": row.effective_from.isoformat()}
    await stepped(session, row, Step.PUBLISH, by=by, now=now, **detail)
    if row.supersedes:
        await _supersede(session, row, by=by, now=now)
    outbox.emit(session, "knowledge.published", {"article_id": row.id, "version": row.version}, now=now)
    if last is not None and row.effective_from > local_date(now):
        begins = at(row.effective_from, MIDNIGHT)
        outbox.emit(
            session, "knowledge.took_over", {"article_id": row.id, "version": row.version}, now=now, due_at=begins
        )
    await editions.changed(session, EDITION)


async def require_order(session: AsyncSession, row: Article, *, now: datetime) -> Article | None:
    """A version that began before the one it follows, or that ends before it counts, would never have been in force.
    The one it follows."""
    if row.effective_to is not None and row.effective_to < entries.first_day(row, local_date(now)):
        raise errors.EntryIncomplete(["失效日早于可以发布的日子，请改期"])
    last = await queries.last_published(session, row.id)
    if last is not None and row.effective_from < last.effective_from:
        raise errors.EntryIncomplete([f"生效日早于第{last.version}版的生效日{last.effective_from.isoformat()}"])
    if row.supersedes and await queries.last_published(session, row.supersedes) is None:
        raise errors.EntryIncomplete([f"被替代的条目{row.supersedes}没有已发布的版本"])
    return last


async def _supersede(session: AsyncSession, row: Article, *, by: Principal | None, now: datetime) -> None:
    other = await queries.last_published(session, str(row.supersedes))
    if other is not None:
        reason = f"由《{row.title}》第{row.version}版替代"
        ends = max(row.effective_from, local_date(now))
        await end(session, other, ends, reason, by=by, now=now)


async def end(
    session: AsyncSession, row: Article, on: date, reason: str, *, by: Principal | None, now: datetime
) -> None:
    """`row` is the last published version. From the day `on` the entry is no longer in force: today at once, with all
    its versions; later on that day, by the worker."""
    former = row.effective_to
    row.effective_to = min(row.effective_to or on - ONE_DAY, on - ONE_DAY)
    if on <= local_date(now):
        await retired(session, row)
    row.row_version += 1
    await session.flush()
    await stepped(session, row, Step.RETIRE, by=by, now=now, opinion=reason, former_end=former, on=on.isoformat())
    if row.status == ArticleStatus.RETIRED:
        outbox.emit(session, "knowledge.retired", {"article_id": row.id, "version": row.version}, now=now)
    await editions.changed(session, EDITION)


async def take_back(session: AsyncSession, row: Article, reason: str, *, by: Principal | None, now: datetime) -> None:
    """`row` is published and its first day has not come: it alone goes, and what is in force stays in force, also the
    entry that it was to take the place of."""
    row.status = ArticleStatus.RETIRED
    row.row_version += 1
    await session.flush()
    await stepped(session, row, Step.RETIRE, by=by, now=now, opinion=reason)
    if row.supersedes:
        await _resume(session, row, by=by, now=now)
    outbox.emit(session, "knowledge.retired", {"article_id": row.id, "version": row.version}, now=now)
    await editions.changed(session, EDITION)


async def _resume(session: AsyncSession, row: Article, *, by: Principal | None, now: datetime) -> None:
    """What `row` ended when it was published has its former last day again, if nobody has ended it otherwise since."""
    other = await queries.last_published(session, str(row.supersedes))
    steps = await queries.steps(session, other.id, other.version) if other else []
    if other is None or not was_ended(step.step for step in steps):
        return
    ended = [step for step in steps if step.step == Step.RETIRE][-1]
    if ended.at != row.published_at:
        return
    other.effective_to = ended.former_end
    other.row_version += 1
    await session.flush()
    await stepped(session, other, Step.RESUME, by=by, now=now, opinion=f"《{row.title}》第{row.version}版已撤下")


async def retired(session: AsyncSession, row: Article) -> None:
    """An older version must not come back into force when the newer one is gone."""
    rows = await session.scalars(select(Article).where(Article.id == row.id, Article.status == ArticleStatus.PUBLISHED))
    for each in rows:
        each.status = ArticleStatus.RETIRED
