from actions import pickup
from actions.action import Turn, TurnAction, answered
from actions.asking import correct_later, resume

# What sounds like one of these may be a matter of its own.
NEW = frozenset({"complaint", "supplement"})


class Revisit(TurnAction):
    called = "action_revisit"

    async def answer(self, turn: Turn) -> None:
        if turn.purpose == "correct" and "survey" not in turn.mentions:
            await correct_later(turn)
            await resume(turn)
            return
        survey = await answered(
            turn,
            turn.backend.answer_survey(turn.conversation, turn.message, key=turn.key()),
            refused="utter_feedback_thanks",
        )
        if survey is None:
            return
        if survey.called or survey.unsettled:
            turn.say("utter_feedback_thanks")
            return
        if not survey.understood:
            turn.say("utter_survey_not_understood")
        elif survey.kept:
            turn.say("utter_survey_kept_complain" if NEW & set(turn.guesses[:2]) else "utter_survey_kept")
        if survey.next != "done":
            turn.say(f"utter_survey_{survey.next}")
        elif survey.second_number:
            turn.say("utter_survey_reopened", number=survey.second_number)
            await pickup.tell(turn, survey.second_number)
        else:
            turn.say("utter_survey_done")
