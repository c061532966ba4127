"""What became of a card: shown, opened, copied, inserted, sent, refused, flagged. Each with the version."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.assist import Card
from casebackend.assist import edits, rules, wording
from casebackend.assist.facts import Facts, facts_of, in_form, newest_case, ready
from casebackend.assist.model import SuggestionUse
from casebackend.assist.rules import Origin
from casebackend.cases.model import Case
from casebackend.conversations.model import Message
from casebackend.curation.model import Article
from casebackend.errors import NotFound
from casebackend.gaps.service import anonymous
from knowledge.articles import Kind


class UseNotFound(NotFound):
    slug = "suggestion-not-found"

    def __init__(self) -> None:
        super().__init__("没有这条建议记录")


async def refused_in(session: AsyncSession, conversation_id: UUID, user_id: UUID | None) -> set[str]:
    if user_id is None:
        return set()
    rows = await session.scalars(
        select(SuggestionUse.article_id).where(
            SuggestionUse.conversation_id == conversation_id,
            SuggestionUse.user_id == user_id,
            SuggestionUse.refused_at.is_not(None),
        )
    )
    return set(rows)


async def shown(
    session: AsyncSession,
    cards: Sequence[Card],
    *,
    conversation_id: UUID,
    case: Case | None,
    message_id: UUID | None,
    origin: Origin,
    by: Principal,
    now: datetime,
) -> None:
    """Once for each card, message, case and colleague, however often the page asks."""
    if by.user_id is None or not cards:
        return
    case_id = case.id if case else None
    mine = select(SuggestionUse).where(
        SuggestionUse.conversation_id == conversation_id,
        SuggestionUse.case_id.is_not_distinct_from(case_id),
        SuggestionUse.user_id == by.user_id,
    )
    if message_id is not None:
        mine = mine.where(SuggestionUse.message_id == message_id)
    else:
        mine = mine.where(SuggestionUse.message_id.is_(None), SuggestionUse.origin == origin)
    known = {(row.article_id, row.version): row for row in await session.scalars(mine)}
    for rank, card in enumerate(cards, 1):
        use = known.get((card.article_id, card.version))
        if use is None:
            use = SuggestionUse(
                conversation_id=conversation_id,
                case_id=case_id,
                message_id=message_id,
                origin=origin,
                article_id=card.article_id,
                version=card.version,
                rank=rank,
                user_id=by.user_id,
                shown_at=now,
            )
            session.add(use)
            await session.flush()
        card.use_id = use.id


async def own(session: AsyncSession, use_id: UUID, by: Principal) -> SuggestionUse:
    use = await session.get(SuggestionUse, use_id)
    if use is None or by.user_id is None or use.user_id != by.user_id:
        raise UseNotFound
    return use


async def mark_inserted(session: AsyncSession, use_id: UUID, *, by: Principal, now: datetime) -> SuggestionUse:
    use = await own(session, use_id, by)
    use.inserted_at = use.inserted_at or now
    await session.flush()
    return use


async def mark_opened(session: AsyncSession, use_id: UUID, *, by: Principal, now: datetime) -> SuggestionUse:
    use = await own(session, use_id, by)
    use.opened_at = use.opened_at or now
    await session.flush()
    return use


async def mark_copied(session: AsyncSession, use_id: UUID, *, by: Principal, now: datetime) -> None:
    use = await own(session, use_id, by)
    use.copied_at = use.copied_at or now
    await session.flush()


async def mark_refused(session: AsyncSession, use_id: UUID, reason: str, *, by: Principal, now: datetime) -> None:
    """It does not fit here; it is not shown again in this conversation to this colleague."""
    use = await own(session, use_id, by)
    use.refused_at, use.refused_reason = use.refused_at or now, anonymous(reason)
    await session.flush()


async def mark_flagged(
    session: AsyncSession, use_id: UUID, reason: str, *, by: Principal, now: datetime
) -> SuggestionUse:
    """The entry itself is wrong."""
    use = await own(session, use_id, by)
    use.flagged_at, use.flagged_reason = use.flagged_at or now, anonymous(reason)
    await session.flush()
    return use


async def mark_sent(
    session: AsyncSession, use_ids: Sequence[UUID], message: Message, text: str, *, by: Principal, now: datetime
) -> list[SuggestionUse]:
    """Of what was inserted, how much went out. Ids of others are passed over."""
    rows = (
        await session.scalars(
            select(SuggestionUse).where(
                SuggestionUse.id.in_(use_ids),
                SuggestionUse.user_id == by.user_id,
                SuggestionUse.conversation_id == message.conversation_id,
                SuggestionUse.inserted_at.is_not(None),
            )
        )
    ).all()
    if rows:
        case = await newest_case(session, by, message.conversation_id)
        facts = await facts_of(session, case, now=now, viewer=by)
    for use in rows:
        article = await session.get(Article, (use.article_id, use.version))
        use.sent_at, use.sent_message_id = now, message.id
        if article is not None:
            use.kept, use.edits = became(article, facts, text)
    await session.flush()
    return list(rows)


def became(article: Article, facts: Facts, sent: str) -> tuple[float, str]:
    """How much was kept and how it was changed, of the ready reply or of the entry's own text, whichever was taken; a
    gap that was filled in is no edit."""
    offered = [article.text]
    if article.reply:
        offered.append(ready(article.reply, facts, script=article.kind == Kind.SCRIPT)[0])
        offered.append(in_form(article.reply, facts))
    return likest(offered, sent)


def likest(offered: Sequence[str], sent: str) -> tuple[float, str]:
    """Of the texts that one could have put in, the one of which most went out."""
    share, taken = max((rules.kept(wording.OPEN_PLACE.sub("", each), sent), each) for each in offered)
    return share, ",".join(edits.edits(taken, sent))
