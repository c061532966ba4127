from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.assist import Card, Suggestions
from casebackend.assist import cards, rules, uses
from casebackend.assist.facts import facts_of, newest_case
from casebackend.assist.model import SuggestionUse
from casebackend.assist.rules import Origin
from casebackend.calendar.rules import local_date
from casebackend.cases import queries as cases
from casebackend.cases.hearing import left_out
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Author
from casebackend.curation import reviewing
from casebackend.curation.knowledge_index import Knowledge
from casebackend.curation.rules import Review
from casebackend.errors import NotFound
from casebackend.gaps import service as gaps
from casebackend.gaps.rules import Origin as Missing
from knowledge.articles import Article as Entry
from knowledge.articles import Audience, Kind

ANSWERS_A_CUSTOMER = (Kind.LAW, Kind.REGULATION, Kind.POLICY, Kind.BUSINESS, Kind.TROUBLE)


class MessageNotFound(NotFound):
    slug = "message-not-found"

    def __init__(self) -> None:
        super().__init__("这个会话里没有这条消息")


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
    session: AsyncSession,
    knowledge: Knowledge,
    conversation_id: UUID,
    *,
    viewer: Principal,
    now: datetime,
    case: Case | None = None,
) -> Suggestions:
    """For the last words of the customer; where nothing was said, for the case. `case`: which one the colleague has
    open, where there are several."""
    if await session.get(Conversation, conversation_id) is None:
        raise ConversationNotFound
    case = case or await newest_case(session, viewer, conversation_id)
    hidden = await left_out(session, viewer, conversation_id)
    said = [each for each in await customer_words(session, conversation_id) if each[0].seq not in hidden]
    if not said:
        return await for_case(session, knowledge, case, viewer=viewer, now=now) if case else _nothing()
    message = said[-1][0]
    told = rules.stories([(each.text, asked) for each, asked in said])
    return await _cards(session, knowledge, told, conversation_id, message, case, Origin.TURN, viewer, now)


async def for_case(
    session: AsyncSession, knowledge: Knowledge, case: Case, *, viewer: Principal, now: datetime
) -> Suggestions:
    """For the facts and the demand of a case, apart from what is being talked."""
    told = [f"{case.facts}\n{case.demand}"]
    return await _cards(session, knowledge, told, case.conversation_id, None, case, Origin.CASE, viewer, now)


async def asked(
    session: AsyncSession,
    knowledge: Knowledge,
    conversation_id: UUID,
    question: str,
    *,
    viewer: Principal,
    now: datetime,
    case: Case | None = None,
) -> Suggestions:
    """A colleague asks; published entries answer, with what was refused before among them: now it was asked for."""
    case = case or await newest_case(session, viewer, conversation_id)
    return await _cards(session, knowledge, [question], conversation_id, None, case, Origin.ASKED, viewer, now)


async def _cards(
    session: AsyncSession,
    knowledge: Knowledge,
    told: Sequence[str],
    conversation_id: UUID,
    message: Message | None,
    case: Case | None,
    origin: Origin,
    viewer: Principal,
    now: datetime,
) -> Suggestions:
    refused = set() if origin is Origin.ASKED else await uses.refused_in(session, conversation_id, viewer.user_id)
    found = await cards.best(
        knowledge,
        rules.questions(told),
        on=local_date(now),
        facts=await facts_of(session, case, now=now, viewer=viewer),
        without=refused,
    )
    found = await reviewed(session, found, now=now)
    message_id = message.id if message else None
    await uses.shown(
        session, found, conversation_id=conversation_id, case=case, message_id=message_id, origin=origin, by=viewer,
        now=now,
    )  # fmt: skip
    return Suggestions(message_id=message_id, cards=found)


async def reviewed(session: AsyncSession, found: Sequence[Card], *, now: datetime) -> list[Card]:
    """Each with what is known of its review; what nobody has verified for too long stands behind all others."""
    states = await reviewing.states(session, [(card.article_id, card.version) for card in found], now=now)
    for card in found:
        card.review_on, card.review = states.get((card.article_id, card.version), (None, None))
    return sorted(found, key=lambda card: card.review is Review.OVERDUE)


def _nothing() -> Suggestions:
    return Suggestions(message_id=None, cards=[])


async def answer(
    session: AsyncSession, knowledge: Knowledge, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> Entry | None:
    """The best entry that a customer may read; None when there is none good enough, or nobody has looked at it for too
    long: the next best would answer another question."""
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id:
        raise MessageNotFound
    best = await _for_customer(knowledge, message.text, on=local_date(now))
    if best is None or await reviewing.barred(session, (best.id, best.version), now=now):
        return None
    return best


async def answered(
    session: AsyncSession, entry: Entry, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> None:
    """Once for each message, however often the bot begins its turn again."""
    known = select(SuggestionUse.id).where(
        SuggestionUse.message_id == message_id, SuggestionUse.origin == Origin.BOT, SuggestionUse.article_id == entry.id
    )
    if await session.scalar(known) is not None:
        return
    found = [case for case in await cases.of_conversation(session, conversation_id) if Status(case.status) in OPEN]
    session.add(
        SuggestionUse(
            conversation_id=conversation_id, case_id=found[0].id if found else None, message_id=message_id,
            origin=Origin.BOT, article_id=entry.id, version=entry.version, rank=1, shown_at=now, answered_at=now,
        )
    )  # fmt: skip
    await session.flush()


async def _for_customer(knowledge: Knowledge, said: str, *, on: date) -> Entry | None:
    """Whoever asks the complaint desk in few words without a subject asks about the complaint: then only the rules of
    complaints answer."""
    for question, branch in rules.asked_of_the_desk(said):
        found = await knowledge.suggest(question, on=on, audience=Audience.EXTERNAL, kinds=ANSWERS_A_CUSTOMER, limit=1)
        if found and found[0].article.branch.startswith(branch):
            return found[0].article
        if found:
            return None
    return None


async def missed(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, *, by: Principal, now: datetime
) -> None:
    """What a customer asked the bot and nothing answers."""
    message = await session.get_one(Message, message_id)
    await gaps.opened(
        session,
        message.text,
        origin=Missing.BOT,
        by=by,
        now=now,
        conversation_id=conversation_id,
        message_id=message_id,
    )
