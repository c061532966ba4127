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
# What a customer may say to be understood for sure; tests/bot says each to the model.
PLAIN = {
    "complaint": "我要投诉", "progress": "查进度", "urge": "催办", "withdraw": "撤诉", "supplement": "补充材料",
    "second_complaint": "我要二次投诉", "suggestion": "提个建议", "praise": "我要表扬", "ask_rule": "问一个规定",
    "fraud": "我的卡被盗刷了",
}  # fmt: skip
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
        else:
            first = [GO_ON_WITH_GIVEN_UP] if standing.draft is not None else []
            guesses = [PLAIN[each] for each in turn.guesses if each in PLAIN][:GUESSES]
            if turn.purpose == "nlu_fallback" and len(guesses) == GUESSES and standing.large is None:
                turn.say("utter_did_you_mean", items=[*first, *guesses, "转人工"])
                return
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
