"""Ways of asking an entry: proposed by what was sent, accepted by a curator, never by themselves."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.curation import gate, publishing
from casebackend.curation.model import Article, Phrasing
from casebackend.curation.rules import ArticleStatus, PhrasingState
from casebackend.curation.service import CHAIN
from casebackend.database import locked, one_at_a_time
from casebackend.editions import changed
from casebackend.errors import Conflict, NotFound
from knowledge import articles
from knowledge.analyzer import default_lexicon

EDITION = "knowledge"


class PhrasingUnknown(NotFound):
    slug = "phrasing-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个问法")


class PhrasingDecided(Conflict):
    slug, title = "phrasing-decided", "该问法已处理"

    def __init__(self) -> None:
        super().__init__("该问法已由他人处理，请刷新页面")


class PhrasingEnded(Conflict):
    slug, title = "phrasing-entry-ended", "条目已失效"

    def __init__(self) -> None:
        super().__init__("该条目已失效，不能再加入问法")


class PhrasingClash(Conflict):
    """`conflicts`: both entries with both texts, for whoever has to choose."""

    slug, title = "phrasing-conflict", "该问法已有条目答复"

    def __init__(self, mine: articles.Article, found: Sequence[gate.Match]) -> None:
        named = "、".join(f"《{match.other.title}》" for match in found[:3])
        super().__init__(
            f"这个问法已由{named}答复，不能再加入《{mine.title}》；请选择“不加入”，或先修改其中一个条目",
            conflicts=gate.told(mine, found),
        )


class PhrasingNotLearned(Conflict):
    slug, title = "phrasing-not-learned", "该问法没有加入"

    def __init__(self) -> None:
        super().__init__("只有已加入的问法可以收回，请刷新页面")


async def propose(
    session: AsyncSession, article_id: str, text: str, *, use_id: UUID | None, now: datetime
) -> Phrasing | None:
    """None where the entry is asked so already, by its own questions or by a proposal, whatever became of it."""
    lexicon = default_lexicon()
    wanted = lexicon.normalise(text)
    entries = await session.scalars(
        select(Article).where(Article.id == article_id, Article.status == ArticleStatus.PUBLISHED)
    )
    known = [words for entry in entries for words in (entry.title, *entry.questions)]
    known += await session.scalars(select(Phrasing.text).where(Phrasing.article_id == article_id))
    if not known or wanted in {lexicon.normalise(words) for words in known}:
        return None
    made = Phrasing(
        article_id=article_id, text=text, state=PhrasingState.PROPOSED, use_id=use_id, proposed_at=now, row_version=1
    )
    session.add(made)
    await session.flush()
    return made


async def held(session: AsyncSession, phrasing_id: UUID) -> Phrasing:
    found = await locked(session, Phrasing, phrasing_id)
    if found is None:
        raise PhrasingUnknown
    return found


async def decide(session: AsyncSession, row: Phrasing, state: PhrasingState, *, by: Principal, now: datetime) -> None:
    """`row` is held. What is accepted is searched by from the next look at the editions on."""
    if row.state != PhrasingState.PROPOSED:
        raise PhrasingDecided
    if state is PhrasingState.ACCEPTED:
        await _require_unanswered(session, row, now=now)
    await _become(session, row, state, by=by, now=now)


async def withdraw(session: AsyncSession, row: Phrasing, *, by: Principal, now: datetime) -> None:
    """`row` is held. From the next look at the editions on the entry is no longer found by it."""
    if row.state != PhrasingState.ACCEPTED:
        raise PhrasingNotLearned
    await _become(session, row, PhrasingState.WITHDRAWN, by=by, now=now)


async def answered_elsewhere(
    session: AsyncSession, rows: Collection[Phrasing], *, now: datetime
) -> dict[UUID, tuple[articles.Article, list[gate.Match]]]:
    """For each whose entry is or will be in force: the entry, and who answers the question beside it."""
    known = await publishing.asked(session)
    ids = await asyncio.to_thread(known.same, [row.text for row in rows])
    every = await publishing.others(session, ids | {row.article_id for row in rows}, local_date(now))
    newest = {article.id: article for article in sorted(every, key=lambda article: article.version)}
    return {
        row.id: (newest[row.article_id], gate.answered(row.text, newest[row.article_id], every))
        for row in rows
        if row.article_id in newest
    }


async def _require_unanswered(session: AsyncSession, row: Phrasing, *, now: datetime) -> None:
    """Nothing is published or learned at the same time."""
    await one_at_a_time(session, CHAIN)
    found = (await answered_elsewhere(session, [row], now=now)).get(row.id)
    if found is None:
        raise PhrasingEnded
    if found[1]:
        raise PhrasingClash(*found)


async def _become(session: AsyncSession, row: Phrasing, state: PhrasingState, *, by: Principal, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, by.user_id, now
    row.row_version += 1
    await session.flush()
    if state in (PhrasingState.ACCEPTED, PhrasingState.WITHDRAWN):
        await changed(session, EDITION)
    await audit.record(
        session, chain=CHAIN, event=f"phrasing.{state}", actor=by.actor, object=f"phrasing:{row.id}", now=now,
        detail={"article_id": row.article_id},
    )  # fmt: skip


async def listed(session: AsyncSession, state: PhrasingState | None, *, most: int = 200) -> Sequence[Phrasing]:
    """The oldest of what waits first, the newest of what was decided."""
    query = select(Phrasing).order_by(Phrasing.proposed_at.desc(), Phrasing.id).limit(most)
    return (await session.scalars(query.where(Phrasing.state == state) if state else query)).all()
