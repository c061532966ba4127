"""Putting a draft aside, and going back to what was asked."""

from actions.action import Turn, TurnAction, business
from actions.asking import EXPLAIN_AFTER, MENU, OFFER_AFTER, ask_next, correct_later, resume, take_your_time
from actions.intake import absorb, go_on, read
from casebackend.api.client import Refused

# What sounds like one of these at the read-back may say what should stand in a line, or that nothing should.
MAY_PUT_RIGHT = {"correction": frozenset({"affirm", "deny", "repeat"}), "confirm": frozenset({"refuse"})}

BESIDE_THE_FORM = frozenset({"supplement", "second", "duplicate", "withdraw", "offer"})
# Said along with an answer, or taken for that.
BESIDE_AN_ANSWER = frozenset({"abuse", "thanks", "greet", "menu"})
# No answer to whether to withdraw.
NO_ANSWER = frozenset({"refuse", "feedback", "out_of_scope", "nlu_fallback"})


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
        elif standing.keeps and is_open:
            await read(turn, standing)
        else:
            await put_aside(turn, key=turn.key())


class Resume(TurnAction):
    called = "action_resume"

    async def answer(self, turn: Turn) -> None:
        if turn.purpose in MAY_PUT_RIGHT.get(turn.talk, ()) and await self._put_right(turn):
            return
        if await self._answered_beside(turn):
            return
        if turn.purpose == "step_back" and turn.talk in BESIDE_THE_FORM:
            await self._step_out(turn)
            return
        if turn.purpose == "correct" and turn.talk == "withdraw":
            await correct_later(turn)
        if turn.talk == "withdraw" and turn.purpose in NO_ANSWER and await self._explained(turn):
            return
        before = len(turn.dispatcher.messages)
        await resume(turn)
        if len(turn.dispatcher.messages) == before:
            turn.say("utter_menu", items=MENU)

    async def _answered_beside(self, turn: Turn) -> bool:
        """An answer between curses is one; nothing is asked again that was said along with something else."""
        if turn.purpose not in BESIDE_AN_ANSWER or turn.talk not in {"field", "confirm"}:
            return False
        return (await turn.backend.standing(turn.conversation, turn.message)).tells and await self._put_right(turn)

    async def _step_out(self, turn: Turn) -> None:
        """Back from a talk beside the form ends it, and the form goes on where there is one."""
        if turn.talk == "duplicate":
            if (absorbed := await absorb(turn)) is not None:
                await go_on(turn, absorbed)
            return
        draft = await turn.backend.draft(turn.conversation)
        if turn.talk == "withdraw":
            turn.say("utter_withdraw_kept")
        elif draft is None:
            turn.say("utter_stepped_out", items=MENU)
        if draft is not None:
            ask_next(turn, draft)

    async def _explained(self, turn: Turn) -> bool:
        """Asked the second time in vain it is explained, and the third time a person is offered."""
        times = (await turn.backend.standing(turn.conversation, turn.message)).times
        if times >= EXPLAIN_AFTER:
            turn.say("utter_offer_person" if times >= OFFER_AFTER else "utter_explain_withdraw")
        return times >= EXPLAIN_AFTER

    async def _put_right(self, turn: Turn) -> bool:
        """False, and nothing said, where nothing was changed."""
        absorbed = await absorb(turn)
        if absorbed is None:
            return True
        put_right = absorbed.line is not None or absorbed.danger is not None or absorbed.edited or absorbed.changed
        if not put_right and absorbed.failures < EXPLAIN_AFTER:
            return False
        await go_on(turn, absorbed)
        return True
