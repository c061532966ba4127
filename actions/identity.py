"""Showing who one is before something registered elsewhere is told or done."""

from actions.action import Turn, business
from casebackend.api import moments
from casebackend.api.client import Refused
from casebackend.api.identity import BeginIdentity, IdentityAction, IdentityStep

WORDS = {
    "phone": "utter_ask_identity_phone",
    "code": "utter_ask_identity_code",
    "wrong": "utter_identity_wrong",
    "expired": "utter_identity_expired",
    "locked": "utter_identity_locked",
    "too_many": "utter_identity_too_many",
    "paper": "utter_ask_identity_paper",
    "paper_wrong": "utter_identity_paper_wrong",
    "paper_locked": "utter_identity_paper_locked",
    "unavailable": "utter_identity_unavailable",
    "no_phone": "utter_identity_no_phone",
}
EXPLAINED = {
    "phone": "utter_explain_identity_phone",
    "code": "utter_explain_identity_code",
    "paper": "utter_explain_identity_paper",
}
AGAIN = {
    "identity.code": "utter_explain_identity_code",
    "identity.paper": "utter_explain_identity_paper",
    "identity.contact": "utter_contact_which",
}
# What takes level 2, and why.
NEEDED = {
    "details": "utter_identity_needed_core",
    "contact_change": "utter_identity_needed_contact",
    "proxy_withdraw": "utter_identity_needed_proxy",
}


async def identify(
    turn: Turn, action: IdentityAction, *, here: bool = False, nothing: str | None = "utter_identity_not_yours"
) -> None:
    """The message asks for `action` with what takes more than the channel knows: the first question of the check, if
    one can help. It cannot where enough is shown already: then `nothing` is said. `here`: with what was registered in
    this chat."""
    try:
        step = await turn.backend.begin_identity(
            turn.conversation, BeginIdentity(message_id=turn.message, action=action, here=here), key=turn.key(9)
        )
    except Refused as refusal:
        business(refusal)
        turn.say("utter_foreign")
        return
    if step.next == "done":
        if nothing is not None:
            turn.say(nothing)
        return
    if step.next in ("phone", "code", "paper"):
        turn.say(NEEDED.get(action, "utter_identity_needed_here" if here else "utter_identity_needed"))
    tell(turn, step)


def tell(turn: Turn, step: IdentityStep) -> None:
    """The words of a step that carries nothing out."""
    given = {"minutes": step.minutes, "left": step.left, "until": moments.until(step.until), "phone": step.sent_to}
    said = EXPLAINED.get(step.next) if not step.understood else None
    if step.next == "paper" and step.understood and not step.named:
        said = "utter_ask_identity_paper_and_name"
    if step.sent_to is not None:
        said = "utter_identity_code_sent"
    said = said or WORDS.get(step.next)
    if said is not None:
        turn.say(said, **{name: value for name, value in given.items() if value is not None})


def ask_again(turn: Turn) -> None:
    """The open question of the check, after something else was answered in between."""
    turn.say(AGAIN.get(turn.asked or "", "utter_ask_identity_phone"))
