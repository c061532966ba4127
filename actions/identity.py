"""Showing who one is before something registered elsewhere is told or done."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from actions.action import Turn, business
from casebackend.api.client import Refused
from casebackend.api.identity import BeginIdentity, IdentityStep

SHANGHAI = ZoneInfo("Asia/Shanghai")
type Action = Literal["progress", "urge", "withdraw"]


async def identify(turn: Turn, action: Action) -> None:
    """The message asks for `action` with what is not its own: the first question of the check, if one can help."""
    try:
        step = await turn.backend.begin_identity(
            turn.conversation, BeginIdentity(message_id=turn.message, action=action), key=turn.key(9)
        )
    except Refused as refusal:
        business(refusal)
        turn.say("utter_foreign")
        return
    if step.next == "done":
        turn.say("utter_identity_not_yours")
        return
    if step.next in ("phone", "code"):
        turn.say("utter_identity_needed")
    tell(turn, step)


def tell(turn: Turn, step: IdentityStep) -> None:
    """The words of a step that carries nothing out."""
    if step.next == "phone":
        turn.say("utter_ask_identity_phone" if step.understood else "utter_explain_identity_phone")
    elif step.next == "code" and step.understood:
        turn.say("utter_ask_identity_code", minutes=step.minutes)
    elif step.next == "code":
        turn.say("utter_explain_identity_code")
    elif step.next == "wrong":
        turn.say("utter_identity_wrong", left=step.left)
    elif step.next == "expired":
        turn.say("utter_identity_expired")
    elif step.next == "locked" and step.until is not None:
        turn.say("utter_identity_locked", until=clock(step.until))
    elif step.next == "too_many" and step.until is not None:
        turn.say("utter_identity_too_many", until=clock(step.until))


def ask_again(turn: Turn) -> None:
    """The open question of the check, after something else was answered in between."""
    turn.say("utter_explain_identity_code" if turn.asked == "identity.code" else "utter_ask_identity_phone")


def clock(moment: datetime) -> str:
    """A lock that ends with the day ends at midnight; any other within the hour."""
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return "次日零点"
    return f"{local.hour}点{local.minute:02}分"
