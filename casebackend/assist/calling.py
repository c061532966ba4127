"""Who is told that an entry waits for his hand, once for each step, and what ends it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, exists, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.assist import hands
from casebackend.calendar.rules import local_date
from casebackend.curation import inbox, queries
from casebackend.curation.model import Article, ArticleStep, ChangeRequest
from casebackend.curation.rules import (
    EVERYBODY,
    HANDS,
    ArticleStatus,
    RequestState,
    Step,
)  # fmt: skip
from casebackend.database import announce
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify, tell_too
from casebackend.policies import service as policies
from casebackend.staff.model import User

NAMES = HANDS | {Step.VERIFY: "验证"}
REQUESTS = "/curation?tab=requests"
# What `about` of a mail names.
STEP, REQUEST = "article_step:", "change_request:"
# Who was away longer than this finds it in the inbox: no mail comes for what has waited for months.
CAUGHT_UP = timedelta(days=30)


async def on_stepped(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """What waited for another hand waits no more; whose hand it waits for now is told."""
    row = await queries.version(session, str(payload["article_id"]), int(payload["version"]))
    word = await _awaiting(session, row)
    await _ended(
        session, f"{cause_of(row.id, row.version)}:", but=word.cause if word else None, also=row.author_id, now=now
    )
    if word is not None:
        to = await hands.of(session, row)
        await notify(session, word, to=to, unit_id=await hands.unit_of(session, row.author_id), now=now)


async def on_requested(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    row = await session.get_one(ChangeRequest, UUID(payload["change_request_id"]))
    if row.state == RequestState.OPEN:
        word = await _request(session, row)
        await notify(session, word, to=await hands.curators(session, row), unit_id=row.unit_id, now=now)


async def on_decided(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    await _ended(session, f"{REQUEST}{payload['change_request_id']}", now=now)


async def on_filled(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever came to a post hears of what waits for its holder."""
    user = await session.get_one(User, UUID(payload["user_id"]), populate_existing=True)
    if not user.active or EVERYBODY.isdisjoint(user.roles):
        return
    begun = (ArticleStatus.DRAFT, ArticleStatus.RETURNED)
    waiting = select(Article).where(Article.status.in_((*inbox.AWAITED, *begun)), Article.publish_at.is_(None))
    for row in (await session.scalars(waiting.order_by(Article.id, Article.version))).all():
        word = await _awaiting(session, row)
        if word is not None and user.id in [each.id for each in await hands.of(session, row)]:
            await tell_too(session, word, user, now=now)
    asked = select(ChangeRequest).where(ChangeRequest.state == RequestState.OPEN).order_by(ChangeRequest.id)
    for request in (await session.scalars(asked)).all():
        if user.id in [each.id for each in await hands.curators(session, request)]:
            await tell_too(session, await _request(session, request), user, now=now)


async def to_verify(session: AsyncSession, *, now: datetime) -> Sequence[tuple[str, int]]:
    """Used long enough to be judged since a short while, and not told."""
    cause = literal(STEP) + Article.id + "@" + cast(Article.version, String) + ":" + Step.VERIFY.value
    due = now - timedelta(days=await _verify_days(session, now))
    rows = await session.execute(
        select(Article.id, Article.version)
        .where(inbox.judgeable(), Article.published_at.between(due - CAUGHT_UP, due))
        .where(~exists().where(Notice.cause == cause))
        .order_by(Article.published_at, Article.id)
    )
    return [(id, version) for id, version in rows]


async def call_to_verify(session: AsyncSession, key: tuple[str, int], *, now: datetime) -> None:
    row = await queries.hold(session, *key)
    steps = await queries.steps(session, *key)
    if row.status != ArticleStatus.PUBLISHED or {Step.VERIFY, Step.DISPUTE} & {Step(each.step) for each in steps}:
        return
    published = next((each for each in reversed(steps) if each.step == Step.PUBLISH), None)
    word = word_of(row, Step.VERIFY, "staff_entry_verify", f"{cause_of(row.id, row.version)}:{Step.VERIFY}", published)
    to = await hands.able(session, row, Step.VERIFY, steps)
    await notify(session, word, to=to, unit_id=await hands.unit_of(session, row.author_id), now=now)


async def requests_due(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Open on their last day, or later; told of once."""
    rows = await session.scalars(
        select(ChangeRequest.id).where(
            ChangeRequest.state == RequestState.OPEN, ChangeRequest.due_on <= local_date(now)
        )
    )
    causes = {_due(id): id for id in rows}
    told = set(await session.scalars(select(Notice.cause).where(Notice.cause.in_(causes))))
    return [id for cause, id in causes.items() if cause not in told]


async def remind_of_request(session: AsyncSession, id: UUID, *, now: datetime) -> None:
    row = await session.get_one(ChangeRequest, id)
    if row.state == RequestState.OPEN:
        word = await _request(session, row, due=True)
        await notify(session, word, to=await hands.curators(session, row), unit_id=row.unit_id, now=now)


async def still_waiting(session: AsyncSession, about: Collection[str]) -> set[str]:
    """Asked before a mail leaves: the step is still the last one, the request still open. What is about something else
    is none of this."""
    later = aliased(ArticleStep)
    over = exists().where(
        later.article_id == ArticleStep.article_id,
        later.version == ArticleStep.version,
        later.seq > ArticleStep.seq,
        later.step != Step.EDIT,
    )
    steps, asked = ({UUID(each.removeprefix(of)) for each in about if each.startswith(of)} for of in (STEP, REQUEST))
    last = await session.scalars(select(ArticleStep.id).where(ArticleStep.id.in_(steps), ~over))
    open_ones = select(ChangeRequest.id).where(ChangeRequest.id.in_(asked), ChangeRequest.state == RequestState.OPEN)
    waiting = {f"{STEP}{id}" for id in last} | {f"{REQUEST}{id}" for id in await session.scalars(open_ones)}
    return {each for each in about if each in waiting or not each.startswith((STEP, REQUEST))}


def cause_of(article_id: str, version: int) -> str:
    """What every word about a version begins with, so that what is done ends them all."""
    return f"{STEP}{article_id}@{version}"


def _due(id: UUID) -> str:
    return f"{REQUEST}{id}:due"


async def _awaiting(session: AsyncSession, row: Article) -> Word | None:
    """None while nobody has to do anything: a draft, an hour that is set, what is published or over."""
    step = inbox.AWAITED.get(ArticleStatus(row.status))
    returned = row.status == ArticleStatus.RETURNED
    begun = returned or row.status == ArticleStatus.DRAFT
    left = begun and row.author_id is not None and row.author_id not in await inbox.keepers(session)
    if not (returned or left) and (step is None or row.publish_at is not None):
        return None
    done = [each for each in await queries.steps(session, row.id, row.version) if each.step != Step.EDIT]
    template = "staff_entry_left" if left else "staff_entry_returned" if step is None else "staff_entry_waiting"
    return word_of(row, step, template, f"{cause_of(row.id, row.version)}:{done[-1].seq}", done[-1])


def word_of(row: Article, step: Step | None, template: str, cause: str, after: ArticleStep | None) -> Word:
    values = {"title": " ".join(row.title.split()), "version": row.version, "what": NAMES[step] if step else ""}
    link, about = f"/curation/articles/{row.id}/{row.version}", f"{STEP}{after.id}" if after else None
    return Word(cause, "article.waits", template, values, link, about=about)


async def _request(session: AsyncSession, row: ChangeRequest, *, due: bool = False) -> Word:
    titles = await queries.titles(session, {row.article_id}) if row.article_id else {}
    title = " ".join(titles.get(row.article_id or "", "新增内容").split())
    cause, template = (_due(row.id), "staff_change_due") if due else (f"{REQUEST}{row.id}", "staff_change_asked")
    values = {"title": title, "due": row.due_on.isoformat()}
    return Word(cause, "change_request.waits", template, values, REQUESTS, about=f"{REQUEST}{row.id}")


async def _verify_days(session: AsyncSession, now: datetime) -> int:
    return int((await policies.values_in_force(session, now))[inbox.VERIFY_DAYS])


async def _ended(
    session: AsyncSession, prefix: str, *, but: str | None = None, also: UUID | None = None, now: datetime
) -> None:
    """Done, for everybody who was told: somebody has done it. By people first, for whom there is an index."""
    people = {user.id for user in await hands.of_roles(session, EVERYBODY)} | ({also} if also else set())
    told = and_(Notice.cause.startswith(prefix, autoescape=True), Notice.done_at.is_(None))
    if but is not None:
        told &= ~Notice.cause.startswith(but, autoescape=True)
    await session.execute(
        update(Notice)
        .where(or_(Notice.user_id.in_(people), Notice.user_id.is_(None)), told)
        .values(done_at=now, version=Notice.version + 1)
        .execution_options(synchronize_session=False)
    )
    announce(session, "console")
