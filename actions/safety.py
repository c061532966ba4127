from actions.action import Turn, TurnAction
from actions.asking import WAYS_ON
from actions.handoff import call_person, why
from actions.intake import absorb, read
from actions.remarks import ask_after


class Safety(TurnAction):
    """Money in danger: the safe step and a person first; what was told is kept, the form goes on later."""

    called = "action_safety"

    async def answer(self, turn: Turn) -> None:
        standing = await turn.backend.standing(turn.conversation, turn.message)
        if standing.danger == "life":
            await read(turn, standing)
            return
        absorbed = await absorb(turn)
        if absorbed is None:
            return
        if absorbed.warned:
            ask_after(turn, absorbed)
            return
        if absorbed.danger is None:
            turn.say("utter_fraud_safety")
        await call_person(turn, why(absorbed.danger or "money"), key=turn.key(3))
        turn.say("utter_form_later", items=WAYS_ON[:1])
