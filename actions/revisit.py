from actions.action import Turn, TurnAction, business
from actions.intake import correct_later, resume
from casebackend.api.client import Refused


class Revisit(TurnAction):
    called = "action_revisit"

    async def answer(self, turn: Turn) -> None:
        if turn.purpose == "correct" and "survey" not in turn.mentions:
            await correct_later(turn)
            await resume(turn)
            return
        try:
            survey = await turn.backend.answer_survey(turn.conversation, turn.message, key=turn.key())
        except Refused as refusal:
            business(refusal)
            turn.say("utter_feedback_thanks")
            return
        if not survey.understood:
            turn.say("utter_survey_not_understood")
        if survey.next != "done":
            turn.say(f"utter_survey_{survey.next}")
        elif survey.second_number:
            turn.say("utter_survey_reopened", number=survey.second_number)
        else:
            turn.say("utter_survey_done")
