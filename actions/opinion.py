"""A suggestion or praise on its way: the same draft, fewer questions, and words of its own."""

from actions.action import Turn
from casebackend.api.drafts import CaseReceipt, DraftView

LABELS = {"suggestion": "建议", "praise": "表扬"}


def is_opinion(matter: str) -> bool:
    return matter in LABELS


def ask_next(turn: Turn, draft: DraftView) -> None:
    if draft.next is None:
        values = {field.name.value: field.value for field in draft.fields}
        turn.say("utter_summary_opinion", matter=LABELS[draft.matter], **values)
        return
    field = draft.next.value
    asked = f"utter_ask_{draft.matter}_facts" if field == "facts" else f"utter_ask_opinion_{field}"
    turn.say(asked, step=draft.done + 1, total=draft.total)


def tell_filed(turn: Turn, receipt: CaseReceipt) -> None:
    turn.say(f"utter_{receipt.matter}_filed", number=receipt.number)
