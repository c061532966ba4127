"""Another phone for the answer, changed after core banking has confirmed who asks."""

from actions.action import Turn, business
from actions.identity import identify
from casebackend.api.client import Refused

TOLD = {
    "changed": "utter_contact_changed",
    "same": "utter_contact_same",
    "ask": "utter_contact_which",
    "foreign": "utter_identity_not_yours",
}


# Where nothing waits for an answer of its own.
TALKS = frozenset({"", "offer", "supplement"})


def wanted(turn: Turn) -> bool:
    return turn.talk in TALKS and "contact" in turn.mentions and turn.purpose in {"correct", "inform", "supplement"}


async def change(turn: Turn) -> bool:
    """False, and nothing said, where there is no complaint whose phone it could be."""
    try:
        told = await turn.backend.change_contact(turn.conversation, turn.message, key=turn.key(7))
    except Refused as refusal:
        business(refusal)
        return False
    if told.outcome == "level":
        await identify(turn, "contact_change")
    elif told.outcome in TOLD:
        turn.say(TOLD[told.outcome], phone=told.phone or "")
    return told.outcome != "none"
