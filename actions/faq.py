from actions.action import Turn, TurnAction
from actions.asking import resume


class AnswerQuestion(TurnAction):
    called = "action_answer"

    async def answer(self, turn: Turn) -> None:
        found = await turn.backend.answer_question(turn.conversation, turn.message)
        if found:
            turn.say("utter_answer", title=found.title, answer=found.text, source=found.source)
        else:
            turn.say("utter_no_answer_for_now" if turn.asked else "utter_no_answer")
        await resume(turn)
