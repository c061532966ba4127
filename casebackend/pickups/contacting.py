"""Another phone for the answer and the codes, in a conversation: for whom core banking has confirmed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.own import ContactOutcome
from casebackend.cases import own, reach
from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.numbers import MOBILE
from casebackend.customers.rules import TOKEN, Kind, mask
from casebackend.drafts import service as drafts
from casebackend.identity import levels, queries
from casebackend.identity.rules import Action, Where
from casebackend.timeline.rules import Kind as Entry


async def change(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> ContactOutcome:
    """What is being filled in is put right there, and not here. The phones are those of this one person, in all of
    whose open complaints the history says so."""
    message = await own.message_of(session, conversation_id, message_id)
    found = await reach.meant(session, message, Action.CONTACT_CHANGE, now=now)
    open_cases = [case for case in (*found.cases, *found.unproved) if Status(case.status) in OPEN]
    if await drafts.open_draft(session, conversation_id) is not None or not (open_cases or found.foreign):
        return ContactOutcome(outcome="none")
    phone = await _phone(session, message)
    if phone is None:
        return ContactOutcome(outcome="ask")
    has = await queries.shown(session, conversation_id, now=now)
    if not levels.allows(Action.CONTACT_CHANGE, Where.HERE, has.level):
        return ContactOutcome(outcome="level")
    reached = await queries.customers_within_reach(session, conversation_id, Action.CONTACT_CHANGE, now=now)
    theirs = [case for case in open_cases if case.customer_id in reached]
    if not theirs:
        return ContactOutcome(outcome="foreign")
    changed = await _changed(session, theirs, phone, int(has.level), now)
    return ContactOutcome(outcome="changed" if changed else "same", phone=mask(Kind.PHONE, phone))


async def _changed(session: AsyncSession, theirs: list[Case], phone: str, level: int, now: datetime) -> bool:
    index = customers.vault(session).index("phone", phone)
    asked = {case.customer_id for case in theirs}
    held = [await session.get_one(Customer, each, with_for_update=True) for each in sorted(asked, key=str)]
    others = {each.id for each in held if each.phone_index != index}
    for customer in held:
        customers.known_by(session, customer, name=None, phone=phone, id_number=None, now=now)
    await session.flush()
    for case in theirs:
        if case.customer_id in others:
            await noted(session, case, Entry.CONTACT_CHANGED, CUSTOMER, now=now, detail={"level": level})
    return bool(others)


async def _phone(session: AsyncSession, message: Message) -> str | None:
    """The last mobile number: the new one is said after the old one."""
    said = [each.group() for each in TOKEN.finditer(message.text) if each.group(1) == Kind.PHONE]
    found = [await customers.reveal(session, message.conversation_id, each) for each in said]
    return next((each for each in reversed(found) if MOBILE.fullmatch(each)), None)
