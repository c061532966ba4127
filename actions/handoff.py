from typing import Literal

from actions.action import Turn, TurnAction, business
from casebackend.api.client import Refused
from casebackend.api.conversations import HandoffRequest

type Reason = Literal["asked", "not_understood", "identity", "danger", "privacy"]
# When a call suits: asked here, answered without the engine.
CALLBACK = "callback"
REASONS: dict[str, Reason] = {"offer": "not_understood", "identity": "identity"}


def why(danger: str) -> Reason:
    """Personal data in strange hands has a place in the queue of its own."""
    return "privacy" if danger == "privacy" else "danger"


async def call_person(turn: Turn, reason: Reason, *, key: str) -> None:
    """Puts the conversation in the queue for a person, once, and says where it stands."""
    try:
        handoff = await turn.backend.hand_off(
            turn.conversation, HandoffRequest(message_id=turn.message, reason=reason), key=key
        )
    except Refused as refusal:
        business(refusal)
        turn.say("utter_handoff_already")
        return
    ahead = handoff.queue_position - 1
    if handoff.queue_position == 0:
        turn.say("utter_handoff_already")
    elif not handoff.on_duty:
        asked = {"items": handoff.times, "asks": CALLBACK} if handoff.times else {}
        turn.say("utter_handoff_off_duty", promise=handoff.promise, ask=handoff.ask, **asked)
    elif ahead > 0:
        turn.say("utter_handoff_queue", ahead=ahead, wait=handoff.wait)
    else:
        turn.say("utter_handoff", wait=handoff.wait)


class HandOff(TurnAction):
    called = "action_hand_off"

    async def answer(self, turn: Turn) -> None:
        await call_person(turn, REASONS.get(turn.talk, "asked"), key=turn.key())
