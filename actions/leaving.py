"""Putting a draft aside, and going back to what was asked."""

from actions.action import Turn, TurnAction, business
from actions.asking import MENU, correct_later, resume, take_your_time
from actions.intake import absorb, go_on, read
from casebackend.api.client import Refused

MAY_BE_A_LINE = frozenset({"affirm", "deny", "repeat"})


async def put_aside(turn: Turn, *, key: str) -> None:
    try:
        await turn.backend.cancel_draft(turn.conversation, turn.message, key=key)
    except Refused as refusal:
        business(refusal)
        turn.say("utter_nothing_to_cancel")
        return
    turn.say("utter_cancelled", items=["resume", "complaint"])


class Cancel(TurnAction):
    called = "action_cancel"

    async def answer(self, turn: Turn) -> None:
        try:
            standing = await turn.backend.standing(turn.conversation, turn.message)
        except Refused as refusal:
            business(refusal)
            turn.say("utter_nothing_to_cancel")
            return
        is_open = standing.draft is not None and standing.draft.state == "open"
        if standing.danger is not None or (standing.draft is not None and standing.wish in {"restart", "go_on"}):
            await read(turn, standing)
        elif standing.wish == "later" and is_open:
            turn.say("utter_goodbye_for_now")
        elif standing.wish == "wait" and standing.draft is not None and is_open:
            take_your_time(turn, standing.draft)
        else:
            await put_aside(turn, key=turn.key())


class Resume(TurnAction):
    called = "action_resume"

    async def answer(self, turn: Turn) -> None:
        if turn.talk == "correction" and turn.purpose in MAY_BE_A_LINE and await self._put_right(turn):
            return
        if turn.purpose == "correct" and turn.talk == "withdraw":
            await correct_later(turn)
        before = len(turn.dispatcher.messages)
        await resume(turn)
        if len(turn.dispatcher.messages) == before:
            turn.say("utter_menu", items=MENU)

    async def _put_right(self, turn: Turn) -> bool:
        """What sounds like a yes or a no may be the answer to what should stand in a line."""
        absorbed = await absorb(turn)
        if absorbed is None:
            return True
        if absorbed.line is None and not absorbed.edited and not absorbed.changed:
            return False
        await go_on(turn, absorbed)
        return True
