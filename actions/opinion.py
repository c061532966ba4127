"""A suggestion or praise on its way: the same draft, fewer questions, and words of its own."""

from actions.action import Turn
from casebackend.api.drafts import CaseReceipt, DraftView

SUMMARY = {"suggestion": "utter_summary_suggestion", "praise": "utter_summary_praise"}
STARTED = {"suggestion": "utter_started_suggestion", "praise": "utter_started_praise"}
TURNED = {
    "suggestion": "utter_turned_suggestion",
    "praise": "utter_turned_praise",
    "complaint": "utter_turned_complaint",
}
FILED = {"suggestion": "utter_suggestion_filed", "praise": "utter_praise_filed"}
FACTS = {"suggestion": "utter_ask_suggestion_facts", "praise": "utter_ask_praise_facts"}
ASKS = {"unit": "utter_ask_opinion_unit", "name": "utter_ask_opinion_name", "phone": "utter_ask_opinion_phone"}

EXPLAINS = {
    "suggestion": "utter_explain_suggestion_facts",
    "praise": "utter_explain_praise_facts",
    "unit": "utter_explain_opinion_unit",
    "name": "utter_explain_opinion_name",
    "phone": "utter_explain_opinion_phone",
}


def is_opinion(matter: str) -> bool:
    return matter in SUMMARY


def ask_next(turn: Turn, draft: DraftView, *, explain: bool = False) -> None:
    if draft.next is None:
        values = {field.name.value: field.shown for field in draft.fields}
        turn.say(SUMMARY[draft.matter], **values)
        return
    field = draft.next.value
    asked = FACTS[draft.matter] if field == "facts" else ASKS[field]
    explained = EXPLAINS[draft.matter if field == "facts" else field]
    turn.say(explained if explain else asked, step=draft.done + 1, total=draft.total)


def tell_filed(turn: Turn, receipt: CaseReceipt) -> None:
    turn.say(FILED[receipt.matter], number=receipt.number)
