"""The phone that was left in a chat whose sender nobody has verified."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Conversation
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.numbers import MOBILE
from casebackend.customers.rules import Kind, mask


@dataclass(frozen=True, slots=True)
class OnFile:
    """`index`: blind; `masked`: as the customer may see it."""

    index: str
    masked: str


async def on_file(session: AsyncSession, conversation: Conversation) -> OnFile | None:
    """Of whoever registered in this chat last; None without a mobile phone."""
    customer = await session.get(Customer, conversation.customer_id) if conversation.customer_id else None
    phone = (await customers.opened(session, customer))["phone"] if customer is not None else None
    if customer is None or customer.phone_index is None or phone is None or not MOBILE.fullmatch(phone):
        return None
    return OnFile(customer.phone_index, mask(Kind.PHONE, phone))
