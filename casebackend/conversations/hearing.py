"""What is done at once about what was heard in a message: the safety step with the next answer, a person before all
others, and words for somebody who is upset. The engine need not be there for it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Reply
from casebackend.conversations import danger_rules, promising, queries, rules, service
from casebackend.conversations.danger import COUNTED, Heard, Rule, Stirred
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Author, Owner

# What the bot may have taken a message for that no rule heard.
ABUSE = "abuse"
LATER = "_later"
# The bot's own words to who is upset.
SOOTHING = frozenset({"utter_calm", "utter_calm_for_now"})


def noted(message: Message, heard: Heard) -> None:
    """With the message itself, so it costs nothing."""
    if heard.danger is None and heard.stirred is None:
        return
    severities = [rule.severity for rule in (heard.danger, heard.stirred) if rule is not None and rule.severity]
    message.danger = heard.danger.says if heard.danger is not None else None
    message.stirred = heard.stirred.says if heard.stirred is not None else None
    message.heard_by = ",".join(heard.codes)[:200]
    message.severity = severities[0] if severities else None


async def answered(
    session: AsyncSession, conversation: Conversation, message: Message, turn: Turn, heard: Heard, now: datetime
) -> None:
    """Of a danger and an upset customer the danger is what is said."""
    if conversation.owner == Owner.PERSON:
        return
    if heard.danger is not None:
        await _safety_first(session, conversation, message, turn, heard.danger, now)
    elif heard.stirred is not None:
        await _calmed(session, conversation, message, turn, heard.stirred, heard.words, now)


async def left_to_say(
    session: AsyncSession, conversation: Conversation, turn: Turn, replies: list[Reply]
) -> list[Reply]:
    """Who has just heard that a person comes is not offered one; never nothing, where those words went out before."""
    if turn.called_for != rules.EMOTION or turn.decision not in SOOTHING:
        return replies
    return replies if not replies[1:] and not await service.unsaid(session, conversation) else replies[1:]


async def taken_for_abuse(session: AsyncSession, conversation: Conversation, turn: Turn, now: datetime) -> None:
    """The bot heard abuse where no rule did; it counts as much. Marks and faces alone do not."""
    message = await session.get_one(Message, turn.message_id)
    if not any(character.isalnum() for character in message.text):
        return
    if message.danger is not None or message.stirred is not None or conversation.owner == Owner.PERSON:
        return
    found = [
        rule for rule in await danger_rules.rules_today(session, now=now) if rule.says == Stirred.ABUSE and rule.text
    ]
    for rule in found[:1]:
        message.stirred, message.heard_by, message.severity = rule.says, f"intent:{ABUSE}", rule.severity
        await session.flush()
        await _calmed(session, conversation, message, turn, rule, 0, now)


async def _safety_first(
    session: AsyncSession, conversation: Conversation, message: Message, turn: Turn, rule: Rule, now: datetime
) -> None:
    """What cannot wait is said with the very next answer, whoever gives it; a person is called before all others."""
    told = await queries.dangers_told(session, conversation, message)
    if conversation.owner == Owner.QUEUED and rule.says in told:
        return
    if rule.text is not None:
        await service.mention(session, conversation, rule.text, now)
    await _call(session, conversation, turn, rule, now)


async def _calmed(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    turn: Turn,
    rule: Rule,
    words: int,
    now: datetime,
) -> None:
    """The first time soothing is the bot's; a person is called for strong words together, or the second time."""
    if rule.says not in COUNTED:
        if rule.text is not None and not await _times(session, message, rule, {rule.says}, now):
            await service.mention(session, conversation, rule.text, now)
        return
    if rule.handoff is None or rules.goes_before(conversation.handoff_reason, rule.handoff):
        return
    if not 0 < rule.at_words <= words:
        earlier = await _times(session, message, rule, COUNTED, now)
        if rule.at_turns == 0 or earlier + 1 < rule.at_turns:
            return
    when = await _call(session, conversation, turn, rule, now)
    if rule.text is not None:
        later = {} if when is None else {"when": promising.said(when)}
        await service.mention(session, conversation, rule.text + (LATER if when else ""), now, **later)


async def _times(session: AsyncSession, message: Message, rule: Rule, kinds: Collection[str], now: datetime) -> int:
    """How often before, within the hours of the rule."""
    query = select(func.count()).where(
        Message.conversation_id == message.conversation_id,
        Message.author == Author.CUSTOMER,
        Message.seq < message.seq,
        Message.at >= now - timedelta(hours=rule.within_hours),
        Message.stirred.in_(kinds),
    )
    return await session.scalar(query) or 0


async def _call(
    session: AsyncSession, conversation: Conversation, turn: Turn, rule: Rule, now: datetime
) -> datetime | None:
    """Until when somebody is promised, where nobody is there to come at once."""
    if rule.handoff is None:
        return None
    await service.queue_for_person(session, conversation, rule.handoff, now)
    turn.called_for = rule.handoff
    if conversation.callback_by is None and not await promising.anyone_on_duty(session, now=now):
        conversation.callback_by = await promising.answered_by(session, now=now)
    await session.flush()
    return conversation.callback_by
