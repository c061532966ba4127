from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.assist import Card, Suggestions
from casebackend.api.conversations import Answer
from casebackend.assist import rules
from casebackend.assist.model import SuggestionUse
from casebackend.calendar.rules import local_date
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Author
from casebackend.curation.knowledge_index import Knowledge
from casebackend.curation.model import Article
from casebackend.errors import NotFound
from knowledge.articles import Audience, Kind
from knowledge.ranking import Suggestion

ANSWERS_A_CUSTOMER = (Kind.LAW, Kind.REGULATION, Kind.POLICY, Kind.BUSINESS, Kind.TROUBLE)


class MessageNotFound(NotFound):
    slug = "message-not-found"

    def __init__(self) -> None:
        super().__init__("这个会话里没有这条消息")


class UseNotFound(NotFound):
    slug = "suggestion-not-found"

    def __init__(self) -> None:
        super().__init__("没有这条建议记录")


async def customer_words(session: AsyncSession, conversation_id: UUID) -> list[tuple[Message, str | None]]:
    """The last messages of the customer that say something, newest last: not the name, the number, the yes."""
    rows = await session.execute(
        select(Message, Turn.asked)
        .outerjoin(Turn, Turn.message_id == Message.id)
        .where(Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER)
        .where(or_(Turn.asked.is_(None), Turn.asked.in_(rules.TELLING)))
        .order_by(Message.seq.desc())
        .limit(rules.LOOK_BACK)
    )
    return [(message, asked) for message, asked in reversed(rows.all())]


async def for_conversation(
    session: AsyncSession, knowledge: Knowledge, conversation_id: UUID, *, viewer: Principal, now: datetime
) -> Suggestions:
    if await session.get(Conversation, conversation_id) is None:
        raise ConversationNotFound
    said = await customer_words(session, conversation_id)
    if not said:
        return Suggestions(message_id=None, cards=[])
    message = said[-1][0]
    told = rules.stories([(each.text, asked) for each, asked in said])
    cards = await _best(knowledge, told, on=local_date(now))
    if viewer.user_id is not None:
        await _record_shown(session, cards, message, viewer.user_id, now)
    return Suggestions(message_id=message.id, cards=cards)


async def for_text(knowledge: Knowledge, text: str, *, on: date) -> list[Card]:
    return await _best(knowledge, [text], on=on)


async def _best(knowledge: Knowledge, said: Sequence[str], *, on: date) -> list[Card]:
    for question in rules.questions(said):
        found = await knowledge.suggest(question, on=on, limit=rules.CARDS)
        if found:
            return [card(suggestion) for suggestion in found]
    return []


def card(suggestion: Suggestion) -> Card:
    article = suggestion.article
    return Card(
        use_id=None,
        article_id=article.id,
        version=article.version,
        title=article.title,
        kind=article.kind,
        clause=article.clause,
        source=article.source,
        effective_from=article.effective_from,
        internal=article.audience is Audience.INTERNAL,
        matched=list(suggestion.matched),
        text=article.text,
    )


async def _record_shown(
    session: AsyncSession, cards: list[Card], message: Message, user_id: UUID, now: datetime
) -> None:
    """Once for each card, message and colleague, however often the page asks."""
    rows = await session.scalars(
        select(SuggestionUse).where(SuggestionUse.message_id == message.id, SuggestionUse.user_id == user_id)
    )
    known = {(row.article_id, row.version): row for row in rows}
    for rank, shown in enumerate(cards, 1):
        use = known.get((shown.article_id, shown.version))
        if use is None:
            use = SuggestionUse(
                conversation_id=message.conversation_id,
                message_id=message.id,
                article_id=shown.article_id,
                version=shown.version,
                rank=rank,
                user_id=user_id,
                shown_at=now,
            )
            session.add(use)
            await session.flush()
        shown.use_id = use.id


async def mark_inserted(session: AsyncSession, use_id: UUID, *, by: Principal, now: datetime) -> SuggestionUse:
    use = await session.get(SuggestionUse, use_id)
    if use is None or use.user_id != by.user_id:
        raise UseNotFound
    use.inserted_at = use.inserted_at or now
    await session.flush()
    return use


async def mark_sent(
    session: AsyncSession, use_ids: Sequence[UUID], message: Message, text: str, *, by: Principal, now: datetime
) -> None:
    """Of what was inserted, how much went out. Ids of others are passed over."""
    rows = await session.scalars(
        select(SuggestionUse).where(
            SuggestionUse.id.in_(use_ids),
            SuggestionUse.user_id == by.user_id,
            SuggestionUse.conversation_id == message.conversation_id,
            SuggestionUse.inserted_at.is_not(None),
        )
    )
    for use in rows:
        article = await session.get(Article, (use.article_id, use.version))
        use.sent_at, use.sent_message_id = now, message.id
        use.kept = rules.kept(article.text, text) if article else None
    await session.flush()


async def answer(
    session: AsyncSession, knowledge: Knowledge, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> Answer | None:
    """The best entry that a customer may read; None when there is none good enough."""
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id:
        raise MessageNotFound
    asked = rules.questions([message.text])
    found = (
        await knowledge.suggest(
            asked[0], on=local_date(now), audience=Audience.EXTERNAL, kinds=ANSWERS_A_CUSTOMER, limit=1
        )
        if asked
        else []
    )
    if not found:
        return None
    best = found[0].article
    source = f"{best.source} {best.clause}" if best.clause else best.source
    return Answer(title=best.title, text=best.text, source=source)
