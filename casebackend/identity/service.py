"""A one-time code to the phone on file, asked for and answered in a conversation.

Whoever asks is told the same whether a phone is on file or not: the same steps, the same counts, the same locks
(limits.py says which).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.identity import IdentityStep
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.numbers import MOBILE
from casebackend.customers.rules import TOKEN, Kind
from casebackend.errors import NotFound
from casebackend.identity import levels, papers, queries, rules, sending
from casebackend.identity.limits import Asker, own_count
from casebackend.identity.model import IdentityTalk
from casebackend.identity.onfile import OnFile, on_file
from casebackend.identity.rules import Action, Level, Step, Where
from casebackend.identity.trail import note
from casebackend.notices.thresholds import in_force


class NoSuchMessage(NotFound):
    slug, title = "message-not-found", "没有这条消息"

    def __init__(self) -> None:
        super().__init__("该会话里没有客户的这条消息")


async def begin(
    session: AsyncSession,
    conversation_id: UUID,
    message_id: UUID,
    action: Action,
    *,
    now: datetime,
    here: bool = False,
) -> IdentityStep:
    """`action` was asked for: what the customer has to show first, if anything. A phone that the message holds is not
    asked for again, unless it is the new one; nor is that of what was registered in this chat (`here`)."""
    step = await _begun(session, conversation_id, message_id, action, here, now)
    return step.model_copy(update={"needs": levels.table()[action, Where.ELSEWHERE].level})


async def _begun(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, action: Action, here: bool, now: datetime
) -> IdentityStep:
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    talk = await _talk(session, conversation_id, now)
    has = await queries.shown(session, conversation_id, now=now)
    own = await on_file(session, conversation) if here else None
    proved = has.level >= Level.PHONE and (own is None or own.index == has.phone)
    if levels.allows(action, Where.ELSEWHERE, has.level) and proved:
        return IdentityStep.model_validate({"next": "done", "action": action, "message_id": message_id})
    until = rules.locked(await queries.tries(session, own_count(conversation_id)), now)
    if until is not None:
        return IdentityStep(next="locked", until=until)
    talk.step, talk.action, talk.message_id, talk.phone_index = Step.PHONE, action, message_id, None
    if proved:
        return await papers.ask(session, talk, now)
    await session.flush()
    if here:
        return await _sent_unasked(session, conversation, talk, own, now)
    phone = None if action is Action.CONTACT_CHANGE else await _phone(session, message)
    if phone is None:
        return IdentityStep(next="phone")
    return await _send(session, conversation, talk, customers.vault(session).index("phone", phone), now)


async def _sent_unasked(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, own: OnFile | None, now: datetime
) -> IdentityStep:
    if own is None:
        talk.step = Step.NOTHING
        return IdentityStep(next="no_phone")
    step = await _send(session, conversation, talk, own.index, now)
    return step.model_copy(update={"sent_to": own.masked}) if step.next == "code" else step


async def answer(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> IdentityStep:
    """The message as an answer to what the check waits for. The same message again changes nothing."""
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    talk = await _talk(session, conversation_id, now)
    if talk.last_message_id == message.id:
        return queries.last_step(talk)
    step = await _answered(session, conversation, talk, message, now)
    message.answer_digest = None
    if step.next in ("done", "locked", "paper", "paper_locked"):
        await _clear(session, conversation_id)
    talk.last_message_id = message.id
    queries.keep_step(talk, step)
    await session.flush()
    return step


async def _answered(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, message: Message, now: datetime
) -> IdentityStep:
    if talk.step == Step.NOTHING:
        return IdentityStep(next="nothing")
    wish = rules.wants(message.text)
    if wish == "back":
        wish = "other_phone" if talk.step == Step.CODE else "stop"
    if wish == "stop":
        talk.step = Step.NOTHING
        return IdentityStep(next="stopped")
    if talk.step == Step.PAPER:
        return await papers.read(session, talk, message, now)
    if wish == "other_phone" and talk.step == Step.CODE:
        talk.step, talk.phone_index = Step.PHONE, None
        return IdentityStep(next="phone")
    phone = await _phone(session, message)
    if phone is not None:
        return await _send(session, conversation, talk, customers.vault(session).index("phone", phone), now)
    if talk.step == Step.PHONE or talk.phone_index is None:
        return IdentityStep(next="phone", understood=False)
    if wish == "again" and message.answer_digest is None:
        return await _send(session, conversation, talk, talk.phone_index, now)
    if message.answer_digest is None:
        given = await in_force(session, now)
        return IdentityStep(next="code", understood=False, minutes=await sending.lasts(session, conversation.id, given))
    return await _check(session, conversation, talk, talk.phone_index, message.answer_digest, now)


async def _send(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, phone_index: str, now: datetime
) -> IdentityStep:
    given = await in_force(session, now)
    holder = await session.scalar(
        select(Customer.id).where(Customer.phone_index == phone_index).order_by(Customer.updated_at.desc()).limit(1)
    )
    asked = await sending.ask(session, _asker(talk, phone_index), holder, given, now)
    if asked.what != "due":
        talk.step = Step.NOTHING
        return IdentityStep.model_validate({"next": asked.what, "until": asked.until})
    talk.step, talk.phone_index, conversation.code_until = Step.CODE, phone_index, asked.until
    await note(session, talk, "identity.code_asked", now)
    return IdentityStep(next="code", minutes=await sending.lasts(session, conversation.id, given))


async def _check(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, phone_index: str, digest: str, now: datetime
) -> IdentityStep:
    given = await in_force(session, now)
    looked = await sending.check(session, _asker(talk, phone_index), digest, given, now)
    if looked.what == "expired":
        return IdentityStep(next="expired", minutes=await sending.lasts(session, conversation.id, given))
    if looked.what == "wrong":
        await note(session, talk, "identity.wrong_code", now)
        return IdentityStep(
            next="wrong", left=looked.left, minutes=await sending.lasts(session, conversation.id, given)
        )
    talk.step = Step.NOTHING
    if looked.what == "locked":
        await note(session, talk, "identity.locked", now)
        return IdentityStep(next="locked", until=looked.until)
    conversation.code_until = None
    talk.level, talk.verified_phone = Level.PHONE, phone_index
    talk.level_until = now + given.minutes("identity.level_minutes")
    await note(session, talk, "identity.verified", now)
    if talk.action is not None and not levels.allows(Action(talk.action), Where.ELSEWHERE, Level.PHONE):
        return await papers.ask(session, talk, now)
    return IdentityStep.model_validate({"next": "done", "action": talk.action, "message_id": talk.message_id})


async def _message(session: AsyncSession, conversation_id: UUID, message_id: UUID) -> Message:
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id or message.author != Author.CUSTOMER:
        raise NoSuchMessage
    return message


async def _talk(session: AsyncSession, conversation_id: UUID, now: datetime) -> IdentityTalk:
    """The caller holds the conversation."""
    talk = await session.get(IdentityTalk, conversation_id, populate_existing=True)
    if talk is None:
        talk = IdentityTalk(conversation_id=conversation_id, step=Step.NOTHING, level=Level.CHANNEL, last_result={})
        session.add(talk)
    talk.touched_at = now
    await session.flush()
    return talk


async def _phone(session: AsyncSession, message: Message) -> str | None:
    """The first mobile number that the message holds."""
    for match in TOKEN.finditer(message.text):
        if match.group(1) == Kind.PHONE:
            phone = await customers.reveal(session, message.conversation_id, match.group())
            if MOBILE.fullmatch(phone):
                return phone
    return None


async def _clear(session: AsyncSession, conversation_id: UUID) -> None:
    """No answer is compared any more, so none of their hashes is needed."""
    kept = (Message.conversation_id == conversation_id, Message.answer_digest.is_not(None))
    await session.execute(update(Message).where(*kept).values(answer_digest=None))


def _asker(talk: IdentityTalk, phone_index: str) -> Asker:
    return Asker(talk.conversation_id, phone_index, known=talk.verified_phone == phone_index)
