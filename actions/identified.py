from dataclasses import replace

from actions import contact, details, pickup
from actions.action import Turn, TurnAction, answered
from actions.afterwards import Duplicate, Second, Supplement
from actions.asking import resume
from actions.identity import tell
from actions.status import Progress, Urge, Withdraw
from casebackend.api.identity import IdentityStep

CARRIED_OUT: dict[str | None, type[TurnAction]] = {
    "progress": Progress,
    "urge": Urge,
    "withdraw": Withdraw,
    "proxy_withdraw": Withdraw,
    "supplement": Supplement,
    "second": Second,
    "join": Duplicate,
    "pickup": Progress,
}

ASKED_CONTACT = "identity.contact"


class Identity(TurnAction):
    called = "action_identity"

    async def answer(self, turn: Turn) -> None:
        if turn.asked == ASKED_CONTACT and turn.purpose not in {"deny", "cancel"} and await contact.change(turn):
            return
        step = await answered(
            turn, turn.backend.answer_identity(turn.conversation, turn.message, key=turn.key()), refused="utter_foreign"
        )
        if step is None:
            return
        if step.next == "check":
            step = await turn.backend.confirm_identity(turn.conversation, turn.message)
        if step.next == "done":
            turn.say("utter_identity_passed")
            await self._carry_out(turn, step)
        elif step.next in ("stopped", "nothing") or (turn.purpose in ("deny", "cancel") and not step.understood):
            turn.say("utter_identity_stopped")
            await resume(replace(turn, asked="field"))
        else:
            tell(turn, step)

    async def _carry_out(self, turn: Turn, step: IdentityStep) -> None:
        """What was asked for before the check, as if its message came now; then back to a form that is open."""
        if step.action == "details":
            await details.tell(replace(turn, action="action_details", message=step.message_id or turn.message))
            return
        if step.action == "contact_change":
            await contact.change(replace(turn, action="action_contact", message=step.message_id or turn.message))
            return
        wanted = CARRIED_OUT[step.action]
        asked = None if wanted is Withdraw else "field"
        mentions = frozenset({pickup.MENTION}) if step.action == "pickup" else turn.mentions
        before = replace(
            turn, action=wanted.called, message=step.message_id or turn.message, asked=asked, mentions=mentions
        )
        await wanted(turn.backend).answer(before)
