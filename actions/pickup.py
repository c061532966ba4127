"""The pick-up code of the progress page, told with the receipt and again when the customer asks for it."""

from actions.action import Turn, business
from casebackend.api.client import BackendUnavailable, Refused

MENTION = "pickup"


def wanted(turn: Turn) -> bool:
    return MENTION in turn.mentions


async def tell(turn: Turn, number: str) -> None:
    """The complaint is registered whatever becomes of this; without a phone on file there is no code."""
    try:
        issued = await turn.backend.pickup_code(turn.conversation, turn.message, number)
    except BackendUnavailable:
        return
    except Refused as refusal:
        business(refusal)
        return
    if issued.code is not None:
        turn.say("utter_pickup", code=issued.code)
