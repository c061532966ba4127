"""Level 2 in a conversation: the paper's number is asked for, core banking is asked, and what was claimed is wiped.

The number arrives as a token like any other in a chat; in clear it is seen only while the bank is asked. The name comes
out of the same message, or else from the file of the customer whose phone was proved.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.identity import IdentityStep
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.rules import TOKEN, Kind
from casebackend.database import Database
from casebackend.identity import core, queries, rules
from casebackend.identity.model import IdentityTalk
from casebackend.identity.ports import CoreBank
from casebackend.identity.rules import Level, Step

CHECK = "check"
NEXT = {"wrong": "paper_wrong", "locked": "paper_locked", "unavailable": "unavailable", "level": "phone"}
# After these the customer answers once more.
GOES_ON = {"wrong": Step.PAPER, "level": Step.PHONE}


@dataclass(frozen=True, slots=True)
class Claimed:
    customer_id: UUID
    name: str = field(repr=False)
    id_number: str = field(repr=False)


async def ask(session: AsyncSession, talk: IdentityTalk, now: datetime) -> IdentityStep:
    """The phone is proved and `talk.action` needs more. The caller holds the conversation."""
    until = rules.locked(await queries.tries(session, core.count_of(talk.verified_phone or "")), now)
    if until is not None:
        talk.step = Step.NOTHING
        return IdentityStep(next="paper_locked", until=until)
    talk.step = Step.PAPER
    return await _question(session, talk, understood=True)


async def read(session: AsyncSession, talk: IdentityTalk, message: Message, now: datetime) -> IdentityStep:
    """`check`: the message holds what the bank is asked about, and `confirm` follows."""
    if rules.in_force(Level(talk.level), talk.level_until, now) < Level.PHONE:
        talk.step, talk.phone_index = Step.PHONE, None
        return IdentityStep(next="phone")
    if await _claimed(session, talk, message) is None:
        await _wipe(session, message)
        return await _question(session, talk, understood=False)
    return IdentityStep(next="check")


async def _question(session: AsyncSession, talk: IdentityTalk, *, understood: bool) -> IdentityStep:
    _, name = await _on_file(session, talk)
    return IdentityStep(next="paper", understood=understood, named=name is not None)


async def confirm(
    database: Database, bank: CoreBank, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> IdentityStep:
    """The same message again is answered the same, and asks the bank no second time. No transaction is open then."""
    async with database.transaction() as session:
        await conversations.hold(session, conversation_id)
        talk = await session.get(IdentityTalk, conversation_id, populate_existing=True)
        message = await session.get(Message, message_id)
        if talk is None or message is None or talk.last_message_id != message_id:
            return IdentityStep(next="nothing")
        if talk.last_result.get("next") != CHECK:
            return queries.last_step(talk)
        claimed = await _claimed(session, talk, message)
    if claimed is None:
        return IdentityStep(next="nothing")
    told = await core.confirm(
        database, bank, conversation_id, claimed.customer_id, claimed.name, claimed.id_number, now=now
    )
    async with database.transaction() as session:
        await conversations.hold(session, conversation_id)
        talk = await session.get_one(IdentityTalk, conversation_id, populate_existing=True)
        await _wipe(session, await session.get_one(Message, message_id))
        step = _step(talk, told)
        queries.keep_step(talk, step)
        await session.flush()
        return step


def _step(talk: IdentityTalk, told: core.Told) -> IdentityStep:
    talk.step = GOES_ON.get(told.next, Step.NOTHING)
    if told.next == "done":
        return IdentityStep.model_validate({"next": "done", "action": talk.action, "message_id": talk.message_id})
    return IdentityStep.model_validate({"next": NEXT[told.next], "left": told.left, "until": told.until})


async def _claimed(session: AsyncSession, talk: IdentityTalk, message: Message) -> Claimed | None:
    paper = await _said(session, message, Kind.ID_NUMBER)
    said = await _said(session, message, Kind.NAME)
    customer, on_file = await _on_file(session, talk, preferred=said)
    name = said or on_file
    if customer is None or paper is None or name is None:
        return None
    return Claimed(customer.id, name, paper)


async def _on_file(
    session: AsyncSession, talk: IdentityTalk, *, preferred: str | None = None
) -> tuple[Customer | None, str | None]:
    """Of those with the proved phone the one of this name, else the newest with a name; a family may share a phone."""
    found = await queries.of_phone(session, talk.verified_phone)
    named = [(each, (await customers.opened(session, each))["name"]) for each in found]
    chosen = next((pair for pair in named if preferred is not None and pair[1] == preferred), None)
    chosen = chosen or next((pair for pair in named if pair[1] is not None), None)
    return chosen or (named[0] if named else (None, None))


async def _wipe(session: AsyncSession, message: Message) -> None:
    """The paper's number, unless it is also said somewhere else in this conversation, as in a form."""
    tokens = set()
    for match in TOKEN.finditer(message.text):
        if match.group(1) == Kind.ID_NUMBER:
            others = (Message.conversation_id == message.conversation_id, Message.id != message.id)
            again = select(Message.id).where(*others, Message.text.contains(match.group(), autoescape=True)).limit(1)
            if await session.scalar(again) is None:
                tokens.add(match.group())
    await customers.wipe(session, message.conversation_id, tokens)


async def _said(session: AsyncSession, message: Message, kind: Kind) -> str | None:
    for match in TOKEN.finditer(message.text):
        if match.group(1) == kind:
            return await customers.reveal(session, message.conversation_id, match.group())
    return None
