"""Ways of asking an entry: proposed by what was sent, accepted by a curator, never by themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.curation.model import Article, Phrasing
from casebackend.curation.rules import ArticleStatus, PhrasingState
from casebackend.database import locked
from casebackend.editions import changed
from casebackend.errors import Conflict, NotFound
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
    row.state, row.decided_by, row.decided_at = state, by.user_id, now
    row.row_version += 1
    await session.flush()
    if state is PhrasingState.ACCEPTED:
        await changed(session, EDITION)
    await audit.record(
        session, chain="knowledge", event=f"phrasing.{state}", actor=by.actor, object=f"phrasing:{row.id}", now=now,
        detail={"article_id": row.article_id},
    )  # fmt: skip


async def listed(session: AsyncSession, state: PhrasingState | None, *, most: int = 200) -> Sequence[Phrasing]:
    """The oldest of what waits first, the newest of what was decided."""
    query = select(Phrasing).order_by(Phrasing.proposed_at.desc(), Phrasing.id).limit(most)
    return (await session.scalars(query.where(Phrasing.state == state) if state else query)).all()
