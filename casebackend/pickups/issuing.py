"""A pick-up code with the receipt, and a new one for whoever may ask about the case.

It is made from the case and a key that is not in the database, so that nothing but its hash has to be kept and the same
message is answered the same. It opens nothing by itself: a one-time code to the phone on file has to come back, too.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.pickups import PickupView
from casebackend.cases import own, reach
from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.vault import Vault
from casebackend.identity.rules import Action
from casebackend.pickups import rules
from casebackend.pickups.model import PickupCode
from casebackend.timeline.rules import Kind

KIND = "pickup"


async def issue(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, number: str, *, now: datetime
) -> PickupView:
    """None where the case is not for this conversation to ask about, or there is no phone to send a code to."""
    message = await own.message_of(session, conversation_id, message_id)
    found = await _asked_about(session, message, number, now)
    customer = await session.get(Customer, found.customer_id) if found is not None and found.customer_id else None
    if found is None or customer is None or customer.phone_index is None:
        return PickupView(code=None)
    case = await hold(session, found.id)
    vault = customers.vault(session)
    held = await session.get(PickupCode, case.id, populate_existing=True)
    if held is not None and held.message_id == message_id:
        code = _made(vault, case, held.generation)
        if held.digest in vault.indexes(KIND, code):
            return PickupView(code=rules.shown(code))
    generation = held.generation + 1 if held is not None else 1
    code = _made(vault, case, generation)
    if held is None:
        held = PickupCode(case_id=case.id)
        session.add(held)
    held.digest, held.generation = vault.index(KIND, code), generation
    held.message_id, held.issued_at = message_id, now
    await session.flush()
    if generation > 1:
        level = int(await reach.level_of(session, conversation_id, now))
        detail: dict[str, object] = {"generation": generation, "level": level}
        await noted(session, case, Kind.PICKUP_RENEWED, CUSTOMER, now=now, detail=detail)
    return PickupView(code=rules.shown(code))


async def _asked_about(session: AsyncSession, message: Message, number: str, now: datetime) -> Case | None:
    """The first code comes with the receipt, into the chat where the complaint was registered. The message may name
    another one: the first, of which a second complaint is made."""
    opened, unproved = await reach.open_to(session, message.conversation_id, Action.PICKUP, now=now)
    case = next((case for case in (*opened, *unproved) if case.number == number), None)
    if case is None or case in opened:
        return case
    held = await session.get(PickupCode, case.id, populate_existing=True)
    return case if held is None or held.message_id == message.id else None


def _made(vault: Vault, case: Case, generation: int) -> str:
    return rules.code_of(vault.index("pickup.code", f"{case.id}|{generation}"))
