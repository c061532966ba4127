"""Hello, yes or no to nothing, and whatever belongs to no talk: the way on is what this customer needs most likely."""

from actions.action import Turn, TurnAction
from actions.intake import read, tell_unfinished
from casebackend.api.drafts import Standing

WORDS = {
    "greet": "utter_greet",
    "menu": "utter_menu",
    "affirm": "utter_ok",
    "deny": "utter_ok",
    "out_of_scope": "utter_out_of_scope",
}
GO_ON_WITH_GIVEN_UP = "接着办"


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
        else:
            first = [GO_ON_WITH_GIVEN_UP] if standing.draft is not None else []
            words = "utter_menu" if standing.large is not None else WORDS.get(turn.purpose or "", "utter_clarify")
            turn.say(words, items=[*first, *standing.menu])

    def _goes_on(self, turn: Turn, standing: Standing) -> bool:
        if standing.wish in {"go_on", "restart"}:
            return True
        is_open = standing.draft is not None and standing.draft.state == "open"
        return is_open and (standing.wish == "edit" or (standing.offered and turn.purpose == "affirm"))

    def _waiting(self, turn: Turn, standing: Standing) -> None:
        """An unfinished complaint is there."""
        if standing.wish in {"later", "keep"} or (standing.offered and turn.purpose == "deny"):
            turn.say("utter_goodbye_for_now")
        elif turn.purpose in {"affirm", "deny"}:
            turn.say("utter_ok", items=standing.menu)
        elif standing.draft is not None:
            tell_unfinished(turn, standing.draft)
