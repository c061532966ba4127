"""How a case ends for the customer: the decision is told and the telling proved, or the complaint is taken back."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.conversations import Reply
from casebackend.calendar.rules import SHANGHAI
from casebackend.cases import replying
from casebackend.cases.model import Case
from casebackend.cases.placing import is_branch
from casebackend.cases.rules import Move
from casebackend.cases.words import FIELD_LABELS, PAUSE_LABELS, ToldBy
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import CARRIED_BY_US, Author
from casebackend.errors import Unprocessable
from casebackend.notifications.words import words

# What the customer has to hear of; the first two end the matter, so the proof stands on the case.
KEEPS = (Move.REPLY, Move.DECLINE)
TELLS = frozenset({*KEEPS, Move.SUSPEND, Move.RESUME})
TOLD_LABELS = {
    ToldBy.PHONE: "电话", ToldBy.LETTER: "信函", ToldBy.EMAIL: "邮件", ToldBy.IN_PERSON: "当面",
    ToldBy.SMS: "短信", ToldBy.CHANNEL: "原渠道",
}  # fmt: skip


class ImpossibleTime(Unprocessable):
    slug, title = "impossible-time", "时间不可能"

    def __init__(self, field: str, after: str) -> None:
        super().__init__(f"{FIELD_LABELS[field]}不能早于{after}，也不能晚于现在", field=field)


class NotToldByUs(Unprocessable):
    slug, title = "not-told-by-us", "该渠道不能由系统送达"

    def __init__(self) -> None:
        super().__init__("请填写实际的告知方式：电话、信函、短信、邮件或当面")


def aware(moment: datetime) -> datetime:
    """A form sends the time on the wall."""
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def by_staff(command: MoveCase, principal: Principal) -> bool:
    return command.move is Move.WITHDRAW and principal.user_id is not None


def told_by_staff(case: Case, command: MoveCase) -> bool:
    return command.move in TELLS and case.channel not in CARRIED_BY_US


async def decided_by_branch(session: AsyncSession, case: Case) -> bool:
    """A decision of the head office or one of its departments has nobody above it within the bank."""
    return await is_branch(session, case.handling_unit_id)


def wanted(case: Case, command: MoveCase, principal: Principal) -> list[str]:
    if told_by_staff(case, command):
        return ["told_by", "told_at", "told_proof"]
    return ["requested_at", "identity_check"] if by_staff(command, principal) else []


async def require(session: AsyncSession, case: Case, command: MoveCase) -> None:
    if told_by_staff(case, command) and command.told_by is ToldBy.CHANNEL:
        raise NotToldByUs
    if command.move is Move.REPLY:
        replying.require(case, command, by_branch=await decided_by_branch(session, case))


def effective(case: Case, command: MoveCase, principal: Principal, now: datetime) -> datetime | None:
    """When the move counts by law, where that is not the time of recording it."""
    if told_by_staff(case, command) and command.told_at:
        told_at = between(case.status_changed_at, command.told_at, now, "told_at", "作出决定的时间")
        return told_at if command.move is Move.REPLY else None
    if by_staff(command, principal) and command.requested_at:
        return between(case.received_at, command.requested_at, now, "requested_at", "收到投诉的时间")
    return None


def between(start: datetime, said: datetime, now: datetime, field: str, after: str) -> datetime:
    """Forms know minutes only."""
    moment = aware(said)
    if moment < start.replace(second=0, microsecond=0) or moment > now:
        raise ImpossibleTime(field, after)
    return max(moment, start)


def opinion(case: Case, command: MoveCase, principal: Principal) -> str | None:
    said = _opinion(command, principal)
    if not told_by_staff(case, command) or command.move in KEEPS or not command.told_by or not command.told_at:
        return said
    at = aware(command.told_at).astimezone(SHANGHAI)
    told = f"已告知客户：{TOLD_LABELS[command.told_by]}，{at:%Y-%m-%d %H:%M}；凭证：{command.told_proof}"
    return f"{told}\n{said}" if said else told


def _opinion(command: MoveCase, principal: Principal) -> str | None:
    """The record of a withdrawal says when the customer asked, and how we knew it was the customer; that of a
    pause what for. Kept as an opinion is kept: without personal data."""
    if command.move is Move.SUSPEND and command.appraisal:
        day = f"，预计{command.expected_back_on}恢复" if command.expected_back_on else ""
        return f"{PAUSE_LABELS[command.pause_ground]}：{command.appraisal}{day}\n{command.opinion}"
    if not by_staff(command, principal) or command.requested_at is None:
        return command.opinion
    asked = aware(command.requested_at).astimezone(SHANGHAI)
    said = f"客户申请时间：{asked:%Y-%m-%d %H:%M}；身份核实：{command.identity_check}"
    return f"{said}\n{command.opinion}" if command.opinion else said


def text_of(case: Case, command: MoveCase, reply_text: str | None, promised: date | None) -> str | None:
    """What the customer reads; None for a move of which nobody has to be told."""
    number = case.number
    if command.move is Move.REPLY:
        return reply_text
    if command.move is Move.DECLINE and command.decline_reason is not None:
        return words("case_declined", number=number, why=words(f"case_declined_{command.decline_reason}"))
    if command.move is Move.SUSPEND:
        return words(f"case_suspended_{command.pause_ground}", number=number)
    if command.move is Move.RESUME and promised is not None:
        return words("case_resumed", number=number, day=f"{promised.year}年{promised.month}月{promised.day}日")
    return words("case_resumed_undated", number=number) if command.move is Move.RESUME else None


async def tell(
    session: AsyncSession, case: Case, text: str, principal: Principal, now: datetime
) -> tuple[dict[str, object], dict[str, object]]:
    """What to keep on the case, and for its history: over the channel of the complaint where we carry messages."""
    if case.channel not in CARRIED_BY_US:
        return {}, {"told": "by_staff"}
    message = await say(session, case, text, principal, now)
    kept = {"told_by": ToldBy.CHANNEL, "told_at": now, "told_proof": f"message:{message}"}
    return kept, {"told": "by_channel", "message_id": message}


async def say(session: AsyncSession, case: Case, text: str, principal: Principal, now: datetime) -> str:
    """In the colleague's name over our channel. The id of the message, which is the proof."""
    said = await conversations.say(
        session,
        case.conversation_id,
        author=Author.AGENT,
        replies=[Reply(text=text)],
        now=now,
        user_id=principal.user_id,
    )
    return str(said[-1].id)
