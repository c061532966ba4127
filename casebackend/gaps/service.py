"""知识缺口: what was asked and has no good answer. Counted by the question, decided by a curator."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.curation.queries import in_force
from casebackend.customers import personal
from casebackend.customers.rules import TOKEN
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.gaps import rules, standing
from casebackend.gaps.model import Gap
from casebackend.gaps.rules import GapState, Origin
from knowledge.analyzer import default_lexicon

AGAIN = timedelta(minutes=10)


class GapNotFound(NotFound):
    slug = "gap-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个知识缺口")


class NoQuestion(Unprocessable):
    slug, title = "no-question", "不是完整的问题"

    def __init__(self) -> None:
        super().__init__("请用一句完整的话写明客户想知道什么")


class GapDecided(Conflict):
    slug, title = "gap-decided", "该缺口已处理"

    def __init__(self) -> None:
        super().__init__("该知识缺口已由他人处理，请刷新页面")


class NoSuchEntry(Unprocessable):
    slug, title = "no-such-entry", "没有这个现行条目"

    def __init__(self) -> None:
        super().__init__("没有这个编号的现行有效的知识条目，请核对后重填")


def anonymous(text: str) -> str:
    """Without a person in it: what would be a token is only the word for its kind."""
    hidden = personal.tokenise(TOKEN.sub(lambda match: f"（{match.group(1)}）", text)).text
    return " ".join(TOKEN.sub(lambda match: f"（{match.group(1)}）", hidden).split())[: rules.LONGEST]


def key_of(question: str) -> str:
    return hashlib.sha256(rules.same(default_lexicon().normalise(question)).encode()).hexdigest()


async def opened(
    session: AsyncSession,
    question: str,
    *,
    origin: Origin,
    by: Principal,
    now: datetime,
    conversation_id: UUID | None = None,
    message_id: UUID | None = None,
) -> Gap | None:
    """Counted once more where it was asked before; a dismissal stands. None where it is no question.
    The same message counts once, and the same search of one colleague within `AGAIN`."""
    asked = anonymous(question)
    if not rules.is_question(asked):
        return None
    key = key_of(asked)
    gap = await _held(session, key)
    if gap is not None:
        if not _said_already(gap, origin, by, message_id, now):
            await _again(session, gap, origin, message_id, by=by, now=now)
        return gap
    gap = Gap(
        key=key, question=asked, state=GapState.OPEN, first_at=now, last_at=now, origin=origin,
        conversation_id=conversation_id, message_id=message_id, opened_by=by.user_id,
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(gap)
    except IntegrityError:
        found = await _held(session, key)
        if found is not None:
            await _again(session, found, origin, message_id, by=by, now=now)
        return found
    await _noted(session, gap, "gap.opened", by.actor, now)
    return gap


async def required(
    session: AsyncSession, question: str, *, by: Principal, now: datetime, conversation_id: UUID | None = None,
    message_id: UUID | None = None,
) -> Gap:  # fmt: skip
    """By a colleague, who is told when it is no question."""
    gap = await opened(
        session, question, origin=Origin.AGENT, by=by, now=now, conversation_id=conversation_id, message_id=message_id
    )
    if gap is None:
        raise NoQuestion
    return gap


def _said_already(gap: Gap, origin: Origin, by: Principal, message_id: UUID | None, now: datetime) -> bool:
    if message_id is not None:
        return gap.message_id == message_id
    return origin is Origin.SEARCH and gap.opened_by == by.user_id and now - gap.last_at < AGAIN


async def _held(session: AsyncSession, key: str) -> Gap | None:
    found: Gap | None = await session.scalar(
        select(Gap).where(Gap.key == key).execution_options(populate_existing=True)
    )
    return found


async def _again(
    session: AsyncSession, gap: Gap, origin: Origin, message_id: UUID | None, *, by: Principal, now: datetime
) -> None:
    """Counted in the database, so that two at once count twice. What was taken for answered and is not, is open."""
    values = {"times": Gap.times + 1, "last_at": now, "message_id": message_id or gap.message_id}
    await session.execute(update(Gap).where(Gap.id == gap.id).values(values))
    gap = await held(session, gap.id)
    if await standing.reopens(session, gap, origin, now=now):
        await reopen(session, gap, actor=by.actor, now=now)


async def held(session: AsyncSession, gap_id: UUID) -> Gap:
    found: Gap | None = await session.scalar(
        select(Gap).where(Gap.id == gap_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise GapNotFound
    return found


async def decide(
    session: AsyncSession,
    gap: Gap,
    state: GapState,
    *,
    by: Principal,
    now: datetime,
    article_id: str | None = None,
    reason: str | None = None,
) -> None:
    """`gap` is held. Answered by an entry, become the draft of one, or dismissed for a reason."""
    if gap.state != GapState.OPEN:
        raise GapDecided
    if state is GapState.ANSWERED and not (article_id and await in_force(session, article_id, local_date(now))):
        raise NoSuchEntry
    gap.state, gap.article_id, gap.reason = state, article_id, anonymous(reason) if reason else None
    gap.decided_by, gap.decided_at = by.user_id, now
    gap.row_version += 1
    await session.flush()
    await _noted(session, gap, f"gap.{state}", by.actor, now)


async def reopen(session: AsyncSession, gap: Gap, *, actor: str, now: datetime) -> None:
    """`gap` is held. What was decided stays to be read until it is decided again."""
    gap.state = GapState.OPEN
    gap.row_version += 1
    await session.flush()
    await _noted(session, gap, "gap.reopened", actor, now)


async def _noted(session: AsyncSession, gap: Gap, event: str, actor: str, now: datetime) -> None:
    detail = {"origin": gap.origin, "article_id": gap.article_id}
    await audit.record(
        session, chain="knowledge", event=event, actor=actor, object=f"gap:{gap.id}", now=now, detail=detail
    )
