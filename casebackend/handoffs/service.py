import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.conversations import HandoffView, Reply
from casebackend.audit import service as audit
from casebackend.cases.queries import sees_conversation
from casebackend.conversations import promising
from casebackend.conversations import service as conversations
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import CARRIED_BY_US, Author, Owner
from casebackend.customers import service as customers
from casebackend.customers.rules import Kind
from casebackend.errors import Conflict, Forbidden, Unprocessable
from casebackend.handoffs import calling, queries, rules
from casebackend.handoffs.model import TalkWait
from casebackend.handoffs.rules import DutyState
from casebackend.notifications.words import words
from casebackend.staff import duty
from casebackend.staff.model import User

LONGEST = 2_000
MOBILE = re.compile(r"(\+?86)?1[3-9]\d{9}")


class InOtherHands(Conflict):
    slug, title = "in-other-hands", "会话已由他人接待"

    def __init__(self, name: str) -> None:
        super().__init__(f"该会话正由{name}接待，如需强插请由班长接管")


class NotInCharge(Conflict):
    slug, title = "not-in-charge", "请先接管会话"

    def __init__(self) -> None:
        super().__init__("该会话不由您接待，请先接管再操作")


class CustomerSpokeMeanwhile(Conflict):
    slug, title = "customer-spoke", "客户又发来了新消息"

    def __init__(self) -> None:
        super().__init__("请看过新消息，确认内容仍然合适后再发送")


class NoWayBack(Conflict):
    slug, title = "no-way-back", "这里不能给客户发消息"

    def __init__(self) -> None:
        super().__init__("这是通话记录，请按登记的电话回拨客户")


class SignedOut(Conflict):
    slug, title = "signed-out", "您已签出"

    def __init__(self) -> None:
        super().__init__("请先签入再接待客户")


class NotSendable(Unprocessable):
    slug, title = "not-sendable", "内容不能发送"


@dataclass(frozen=True, slots=True)
class Introduced:
    """How a colleague is named to the customer: name and staff number."""

    id: UUID
    display_name: str


async def hand_off(
    session: AsyncSession, conversation_id: UUID, *, reason: str, now: datetime, message_id: UUID | None = None
) -> HandoffView:
    """`message_id`: what was said last; its turn keeps the reason, unless it has called a person already."""
    conversation = await conversations.hold(session, conversation_id)
    on_duty = await queries.anyone_on_duty(session, now=now)
    if conversation.owner == Owner.PERSON:
        promise = words("handoff_already", who=conversation.owner_name or "")
        return HandoffView(queue_position=0, on_duty=True, promise=promise)
    await conversations.queue_for_person(session, conversation, reason, now)
    if message_id is not None:
        mine = (Turn.message_id == message_id, Turn.conversation_id == conversation.id, Turn.called_for.is_(None))
        await session.execute(update(Turn).where(*mine).values(called_for=reason))
    place = await queries.position(session, conversation)
    if on_duty:
        wait = await _wait(session, now)
        promise = words("handoff_queued" if place > 1 else "handoff_next", ahead=place - 1, wait=wait)
        return HandoffView(queue_position=place, on_duty=True, promise=promise, wait=wait)
    promise = await _promise(session, conversation, now)
    times = await calling.times(session, conversation, now=now)
    ask = words("callback_ask") if times else ""
    return HandoffView(queue_position=place, on_duty=False, promise=promise, ask=ask, times=times)


async def _wait(session: AsyncSession, now: datetime) -> str:
    """An estimate in words, no promise; nothing is said where too little is known."""
    minutes = rules.expected_minutes(await queries.recent_waits(session, now=now))
    return words("handoff_wait", minutes=minutes) if minutes is not None else ""


async def _promise(session: AsyncSession, conversation: Conversation, now: datetime) -> str:
    """What is promised first is kept."""
    conversation.callback_by = conversation.callback_by or await promising.answered_by(session, now=now)
    await session.flush()
    return words("handoff_nobody", when=promising.said(conversation.callback_by))


async def _visible(session: AsyncSession, conversation_id: UUID, by: Principal) -> Conversation:
    if not await sees_conversation(session, by, conversation_id):
        raise ConversationNotFound
    return await conversations.hold(session, conversation_id)


async def take(session: AsyncSession, conversation_id: UUID, *, by: Principal, now: datetime) -> Conversation:
    """From the bot or the queue by anybody who may; from a colleague by a team lead only."""
    conversation = await _visible(session, conversation_id, by)
    if conversation.channel not in CARRIED_BY_US:
        raise NoWayBack
    if by.user_id is not None and await queries.duty_of(session, by.user_id) is DutyState.OUT:
        raise SignedOut
    if conversation.owner == Owner.PERSON:
        if conversation.owner_user_id == by.user_id:
            return conversation
        if not by.roles & rules.MAY_TAKE_FROM_OTHERS:
            raise InOtherHands(conversation.owner_name or "同事")
    await _note_wait(session, conversation, now)
    user = await session.get_one(User, by.user_id)
    name = words("person_introduced", who=user.display_name, staff_no=user.staff_no)
    await conversations.take_over(session, conversation, Introduced(user.id, name), now)
    await _audit(session, "conversation.taken", conversation, by, now)
    return conversation


async def _note_wait(session: AsyncSession, conversation: Conversation, now: datetime) -> None:
    """Who was promised a later answer waited for the morning, not for a colleague."""
    if conversation.queued_at is None or conversation.callback_by is not None:
        return
    await session.execute(delete(TalkWait).where(TalkWait.taken_at < now - rules.RECENT))
    session.add(TalkWait(taken_at=now, seconds=int((now - conversation.queued_at).total_seconds())))


async def give_back(session: AsyncSession, conversation_id: UUID, *, by: Principal, now: datetime) -> Conversation:
    conversation = await _visible(session, conversation_id, by)
    _in_charge(conversation, by, may_lead=True)
    await conversations.give_back(session, conversation, now)
    await _audit(session, "conversation.returned", conversation, by, now)
    return conversation


async def hand_over(
    session: AsyncSession, conversation_id: UUID, left: UUID, to: User | None, *, now: datetime
) -> UUID | None:
    """From a person who is no longer here: to another one, or back into the queue, where the bot helps meanwhile."""
    conversation = await conversations.hold(session, conversation_id)
    if conversation.owner != Owner.PERSON or conversation.owner_user_id != left:
        return None
    if to is not None:
        name = words("person_introduced", who=to.display_name, staff_no=to.staff_no)
        await conversations.take_over(session, conversation, Introduced(to.id, name), now)
        return to.id
    conversation.owner, conversation.owner_user_id, conversation.owner_name = Owner.BOT, None, None
    conversation.epoch += 1
    await session.flush()
    await conversations.queue_for_person(session, conversation, "left", now)
    return None


async def speak(
    session: AsyncSession, conversation_id: UUID, text: str, *, by: Principal, seen: int | None, now: datetime
) -> Message:
    """`seen` is the newest message of the customer that the writer had before his eyes."""
    conversation = await _visible(session, conversation_id, by)
    _in_charge(conversation, by, may_lead=False)
    if not text.strip():
        raise NotSendable("请先填写内容")
    if len(text) > LONGEST:
        raise NotSendable(f"一次最多发送 {LONGEST} 个字，请分条发送")
    if seen is not None and await _newest_of_customer(session, conversation_id) > seen:
        raise CustomerSpokeMeanwhile
    said = await conversations.say(
        session,
        conversation_id,
        author=Author.AGENT,
        replies=[Reply(text=await _sendable(session, conversation_id, text.strip()))],
        now=now,
        user_id=by.user_id,
    )
    return said[-1]


async def _sendable(session: AsyncSession, conversation_id: UUID, text: str) -> str:
    """What the customer told us goes out as its token; service numbers stay; other personal data is not for a chat."""
    kept = await customers.protect(session, conversation_id, text, asked=None)
    if kept.secret_dropped:
        raise NotSendable("内容里有密码、验证码一类的信息，不能发送给客户")
    sendable = kept.text
    for value in kept.values:
        if value.kind is not Kind.PHONE or MOBILE.fullmatch(value.value):
            raise NotSendable(f"内容里有未登记过的{value.kind}信息，请删去后再发送")
        sendable = sendable.replace(value.token, value.value)
    return sendable


async def _newest_of_customer(session: AsyncSession, conversation_id: UUID) -> int:
    newest = await session.scalar(
        select(func.max(Message.seq)).where(
            Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER
        )
    )
    return newest or 0


def _in_charge(conversation: Conversation, by: Principal, *, may_lead: bool) -> None:
    mine = conversation.owner == Owner.PERSON and conversation.owner_user_id == by.user_id
    leads = may_lead and conversation.owner == Owner.PERSON and by.roles & rules.MAY_TAKE_FROM_OTHERS
    if not mine and not leads:
        raise NotInCharge


async def set_duty(
    session: AsyncSession, *, by: Principal, state: DutyState, reason: str | None = None, now: datetime
) -> None:
    if by.user_id is None:
        raise Forbidden("只有工作人员可以签入、签出、示忙或示闲")
    await duty.set_state(session, by.user_id, state, reason, by_id=by.user_id, by_name=by.display_name, now=now)


async def _audit(session: AsyncSession, event: str, conversation: Conversation, by: Principal, now: datetime) -> None:
    await audit.record(
        session,
        chain=f"conversation:{conversation.id}",
        event=event,
        actor=by.actor,
        object=f"conversation:{conversation.id}",
        now=now,
    )
