from typing import Literal

from actions import contact, likeness
from actions.action import Turn, TurnAction, business
from actions.asking import MENU, WAYS_ON, ask_line
from actions.handoff import call_person, why
from actions.remarks import ask_after, remark
from casebackend.api.client import Refused
from casebackend.api.drafts import Absorbed, Standing

MEANT: dict[str, Literal["step_back", "refuse", "answer"]] = {
    "step_back": "step_back",
    "refuse": "refuse",
    "affirm": "answer",
    "deny": "answer",
    "repeat": "answer",
}


async def go_on(turn: Turn, absorbed: Absorbed) -> None:
    """What follows once the draft has read the message: who is in danger hears of that and nothing else; a complaint
    like one made before is shown first."""
    if absorbed.danger is not None:
        await call_person(turn, why(absorbed.danger), key=turn.key(3))
        turn.say("utter_form_later", items=WAYS_ON[:1])
    elif alike := await likeness.found(turn, absorbed):
        remark(turn, absorbed)
        likeness.tell(turn, alike)
    else:
        ask_after(turn, absorbed)


async def absorb(turn: Turn, matter: Literal["complaint", "suggestion", "praise"] = "complaint") -> Absorbed | None:
    """Reads the message into the draft; where that is refused it says so itself. `matter`: what it begins."""
    meant = MEANT.get(turn.purpose or "") if turn.sure else None
    try:
        return await turn.backend.absorb(turn.conversation, turn.message, key=turn.key(), matter=matter, meant=meant)
    except Refused as refusal:
        if business(refusal).slug == "no-draft":
            turn.say("utter_menu", items=MENU)
        else:
            turn.say("utter_intake_refused")
        return None


async def read(turn: Turn, standing: Standing) -> None:
    """A message that was taken for something else. Whose life is in danger is not begun a form with."""
    if standing.danger == "life" and (standing.draft is None or standing.draft.state != "open"):
        await call_person(turn, "danger", key=turn.key(3))
    else:
        await Intake(turn.backend).answer(turn)


class Intake(TurnAction):
    called = "action_intake"

    async def answer(self, turn: Turn) -> None:
        if contact.wanted(turn) and await contact.change(turn):
            return
        if turn.asked is None and turn.purpose == "correct" and await self._filed(turn):
            turn.say("utter_correct_filed")
            return
        absorbed = await absorb(turn)
        if absorbed is not None:
            await go_on(turn, absorbed)

    async def _filed(self, turn: Turn) -> bool:
        """Nothing is being filled in, and there is a case: that is what should be put right."""
        if await turn.backend.draft(turn.conversation) is not None:
            return False
        try:
            progress = await turn.backend.progress(turn.conversation, turn.message, key=turn.key(2))
        except Refused as refusal:
            business(refusal)
            return False
        return bool(progress.cases) or progress.unproved


class Change(TurnAction):
    """No to the read-back: what was said along with it is put right, else the line is asked."""

    called = "action_change"

    async def answer(self, turn: Turn) -> None:
        absorbed = await absorb(turn)
        if absorbed is None:
            return
        put_right = absorbed.changed or absorbed.edited or absorbed.line is not None or absorbed.danger is not None
        if put_right or absorbed.draft.next is not None or absorbed.wish == "wait":
            await go_on(turn, absorbed)
        else:
            ask_line(turn, absorbed.draft)
