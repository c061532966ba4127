"""Hello, yes or no to nothing, and whatever belongs to no talk: the way on is what this customer needs most likely.

Who is not understood is asked back with the two best guesses; a person is offered when that did not help."""

from actions.action import Turn, TurnAction
from actions.asking import tell_unfinished
from actions.intake import read
from casebackend.api.drafts import Standing

WORDS = {
    "greet": "utter_greet",
    "menu": "utter_menu",
    "affirm": "utter_ok",
    "deny": "utter_ok",
    "out_of_scope": "utter_out_of_scope",
    "step_back": "utter_menu",
}
# What may be guessed at, by the names of bot/lexicon/choices.yml.
SAYABLE = frozenset(
    {"complaint", "progress", "urge", "withdraw", "supplement", "second_complaint", "suggestion", "praise"}
    | {"ask_rule", "fraud"}
)
GUESSES = 2


class Menu(TurnAction):
    called = "action_menu"

    async def answer(self, turn: Turn) -> None:
        standing = await turn.backend.standing(turn.conversation, turn.message)
        if standing.large is not None:
            turn.say("utter_large" if standing.large else "utter_large_no_more")
        if standing.danger is not None or (standing.draft is not None and self._goes_on(turn, standing)):
            await read(turn, standing)
        elif standing.draft is not None and standing.draft.state == "open":
            self._waiting(turn, standing)
        elif turn.asked_back and turn.purpose in {"nlu_fallback", "deny"} and turn.guesses and standing.wish is None:
            turn.say("utter_offer_person_for_menu")
        else:
            self._ways(turn, standing)

    def _ways(self, turn: Turn, standing: Standing) -> None:
        first = ["resume"] if standing.draft is not None else []
        guesses = [each for each in turn.guesses if each in SAYABLE][:GUESSES]
        if standing.large is not None:
            turn.say("utter_menu", items=[*first, *standing.menu])
        elif standing.wish == "wait":
            turn.say("utter_take_your_time")
        elif turn.purpose == "nlu_fallback" and not turn.guesses:
            turn.say("utter_without_words", items=[*first, *standing.menu])
        elif turn.purpose == "nlu_fallback" and len(guesses) == GUESSES:
            turn.say("utter_did_you_mean", items=[*first, *guesses])
        else:
            words = WORDS.get(turn.purpose or "", "utter_clarify")
            turn.say(
                "utter_clarify" if turn.asked_back and words == "utter_ok" else words, items=[*first, *standing.menu]
            )

    def _goes_on(self, turn: Turn, standing: Standing) -> bool:
        if standing.wish in {"go_on", "restart"}:
            return True
        is_open = standing.draft is not None and standing.draft.state == "open"
        return is_open and (standing.wish == "edit" or (standing.offered and turn.purpose == "affirm"))

    def _waiting(self, turn: Turn, standing: Standing) -> None:
        """An unfinished complaint is there."""
        if standing.wish in {"later", "keep", "wait"} or (standing.offered and turn.purpose == "deny"):
            turn.say("utter_goodbye_for_now")
        elif turn.purpose in {"affirm", "deny"}:
            turn.say("utter_ok", items=standing.menu)
        elif standing.draft is not None:
            tell_unfinished(turn, standing.draft)
