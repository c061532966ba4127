"""A one-time code to the phone on file, asked for and answered in a conversation.

Whoever asks is told the same whether a phone is on file or not: the same steps, the same counts, the same locks.
Nobody guesses more than `identity.wrong` times in `identity.lock_minutes`, neither in one conversation nor at one phone
out of several conversations; that a stranger can so lock a phone out of the check for that time is the price, and a
person is offered meanwhile.
"""

import hmac
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.identity import IdentityStep
from casebackend.audit import service as audit
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.numbers import MOBILE
from casebackend.customers.rules import TOKEN, Kind
from casebackend.database import one_at_a_time
from casebackend.errors import NotFound
from casebackend.identity import levels, queries, rules
from casebackend.identity.model import IdentityCode, IdentityTalk, IdentityTries
from casebackend.identity.rules import HOUR, Action, CodeState, Level, Step, Tries, Where
from casebackend.notices.thresholds import Thresholds, in_force

ACTOR = "service:customer"


class NoSuchMessage(NotFound):
    slug, title = "message-not-found", "没有这条消息"

    def __init__(self) -> None:
        super().__init__("该会话里没有客户的这条消息")


async def begin(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, action: Action, *, now: datetime
) -> IdentityStep:
    """`action` was asked for about something elsewhere: what the customer has to show first, if anything.

    A phone that the message holds is not asked for again.
    """
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    talk = await _talk(session, conversation_id, now)
    if levels.allows(action, Where.ELSEWHERE, (await queries.shown(session, conversation_id, now=now)).level):
        return IdentityStep.model_validate({"next": "done", "action": action, "message_id": message_id})
    until = rules.locked(await queries.tries(session, _of_talk(talk)), now)
    if until is not None:
        return IdentityStep(next="locked", until=until)
    talk.step, talk.action, talk.message_id, talk.phone_index = Step.PHONE, action, message_id, None
    await session.flush()
    phone = await _phone(session, message)
    if phone is None:
        return IdentityStep(next="phone")
    return await _send(session, conversation, talk, customers.vault(session).index("phone", phone), now)


async def answer(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> IdentityStep:
    """The message as an answer to what the check waits for. The same message again changes nothing."""
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    talk = await _talk(session, conversation_id, now)
    if talk.last_message_id == message.id:
        return IdentityStep.model_validate(talk.last_result)
    step = await _answered(session, conversation, talk, message, now)
    message.answer_digest = None
    if step.next in ("done", "locked"):
        await _clear(session, conversation_id)
    talk.last_message_id, talk.last_result = message.id, step.model_dump(mode="json")
    await session.flush()
    return step


async def _answered(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, message: Message, now: datetime
) -> IdentityStep:
    if talk.step == Step.NOTHING:
        return IdentityStep(next="nothing")
    wish = rules.wants(message.text)
    if wish == "stop":
        talk.step = Step.NOTHING
        return IdentityStep(next="stopped")
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
        return IdentityStep(next="code", understood=False, minutes=(await in_force(session, now)).number(MINUTES))
    return await _check(session, conversation, talk, talk.phone_index, message.answer_digest, now)


MINUTES = "identity.code_minutes"


async def _send(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, phone_index: str, now: datetime
) -> IdentityStep:
    """The worker makes the code when it sends it; here is only noted that one is due, if the phone is on file."""
    await one_at_a_time(session, f"identity:{phone_index}")
    given = await in_force(session, now)
    until = await _locked(session, talk, phone_index, now)
    if until is not None:
        talk.step = Step.NOTHING
        return IdentityStep(next="locked", until=until)
    count, oldest = await queries.asked_lately(
        session, conversation_id=conversation.id, phone_index=phone_index, now=now
    )
    if count >= given.number("identity.sends_per_hour"):
        talk.step = Step.NOTHING
        return IdentityStep(next="too_many", until=(oldest or now) + HOUR)
    on_file = await session.scalar(
        select(Customer.id).where(Customer.phone_index == phone_index).order_by(Customer.updated_at.desc()).limit(1)
    )
    expires_at = now + given.minutes(MINUTES)
    session.add(
        IdentityCode(
            conversation_id=conversation.id,
            phone_index=phone_index,
            customer_id=on_file,
            state=CodeState.DUE if on_file else CodeState.SILENT,
            asked_at=now,
            expires_at=expires_at,
        )
    )
    talk.step, talk.phone_index, conversation.code_until = Step.CODE, phone_index, expires_at
    await _note(session, talk, "identity.code_asked", now)
    return IdentityStep(next="code", minutes=given.number(MINUTES))


async def _check(
    session: AsyncSession, conversation: Conversation, talk: IdentityTalk, phone_index: str, digest: str, now: datetime
) -> IdentityStep:
    await one_at_a_time(session, f"identity:{phone_index}")
    given = await in_force(session, now)
    until = await _locked(session, talk, phone_index, now)
    if until is not None:
        talk.step = Step.NOTHING
        return IdentityStep(next="locked", until=until)
    code = await queries.newest_code(session, conversation.id)
    if code is None or code.state == CodeState.SPENT or now >= code.expires_at:
        return IdentityStep(next="expired", minutes=given.number(MINUTES))
    if not hmac.compare_digest((code.digest or "").encode(), digest.encode()):
        return await _wrong(session, talk, phone_index, code, given, now)
    code.state, code.digest, conversation.code_until = CodeState.SPENT, None, None
    for about in (_of_talk(talk), _of_phone(phone_index)):
        await _keep(session, about, Tries())
    talk.step, talk.level, talk.verified_phone = Step.NOTHING, Level.PHONE, phone_index
    talk.level_until = now + given.minutes("identity.level_minutes")
    await _note(session, talk, "identity.verified", now)
    return IdentityStep.model_validate({"next": "done", "action": talk.action, "message_id": talk.message_id})


async def _wrong(
    session: AsyncSession, talk: IdentityTalk, phone_index: str, code: IdentityCode, given: Thresholds, now: datetime
) -> IdentityStep:
    most, lock = given.number("identity.wrong"), given.minutes("identity.lock_minutes")
    fewest, until = most, None
    for about in (_of_talk(talk), _of_phone(phone_index)):
        after = rules.missed(await queries.tries(session, about), now, most=most, lock=lock)
        await _keep(session, about, after)
        fewest = min(fewest, rules.left(after, now, most=most, lock=lock))
        until = rules.locked(after, now) or until
    if until is None:
        await _note(session, talk, "identity.wrong_code", now)
        return IdentityStep(next="wrong", left=fewest, minutes=given.number(MINUTES))
    code.state, code.digest, talk.step = CodeState.SPENT, None, Step.NOTHING
    await _keep(session, _of_talk(talk), replace(await queries.tries(session, _of_talk(talk)), locked_until=until))
    await _note(session, talk, "identity.locked", now)
    return IdentityStep(next="locked", until=until)


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


def _of_talk(talk: IdentityTalk) -> str:
    return f"talk:{talk.conversation_id}"


def _of_phone(phone_index: str) -> str:
    return f"phone:{phone_index}"


async def _locked(session: AsyncSession, talk: IdentityTalk, phone_index: str, now: datetime) -> datetime | None:
    ends = [
        rules.locked(await queries.tries(session, about), now) for about in (_of_talk(talk), _of_phone(phone_index))
    ]
    return max((end for end in ends if end is not None), default=None)


async def _keep(session: AsyncSession, about: str, tries: Tries) -> None:
    row = IdentityTries(about=about, wrong=tries.wrong, last_at=tries.last_at, locked_until=tries.locked_until)
    await session.merge(row)
    await session.flush()


async def _note(session: AsyncSession, talk: IdentityTalk, event: str, now: datetime) -> None:
    """No phone, no code, and not whether the phone is on file."""
    await audit.record(
        session,
        chain=f"identity:{talk.conversation_id}",
        event=event,
        actor=ACTOR,
        object=f"conversation:{talk.conversation_id}",
        now=now,
        detail={"action": talk.action, "level": int(talk.level)},
    )
