"""What is said about a message that the draft has read, before the question that follows."""

from actions import opinion
from actions.action import Turn
from actions.asking import EXPLAIN_AFTER, OFFER_AFTER, ask_line, ask_next, take_your_time, tell_unfinished
from casebackend.api.drafts import Absorbed

LINES = {
    "capacity": "utter_ask_line_capacity",
    "group": "utter_ask_line_group",
    "care": "utter_ask_line_care",
}


def remark(turn: Turn, absorbed: Absorbed) -> None:
    """What was made of the message, before the next question."""
    if absorbed.media is not None:
        turn.say("utter_voice_unread" if absorbed.media == "voice" else "utter_media_kept")
    elif absorbed.wish == "restart":
        turn.say("utter_started_anew")
    elif absorbed.turned is not None:
        turn.say(opinion.TURNED[absorbed.turned])
    elif absorbed.started and opinion.is_opinion(absorbed.draft.matter):
        turn.say(opinion.STARTED[absorbed.draft.matter])
    elif absorbed.started:
        turn.say("utter_soothe")
    elif turn.asked is None or absorbed.away or absorbed.resumed:
        turn.say("utter_gone_on_with")
    elif labels := absorbed.edited or _labels(absorbed):
        _tell_changes(turn, absorbed, "、".join(labels))
    _besides(turn, absorbed)


def _besides(turn: Turn, absorbed: Absorbed) -> None:
    if absorbed.left:
        turn.say("utter_left_aside")
    if absorbed.noted:
        turn.say("utter_noted", what="；".join(absorbed.noted))
    if absorbed.papers:
        turn.say("utter_papers_later", papers="、".join(absorbed.papers))


def _tell_changes(turn: Turn, absorbed: Absorbed, what: str) -> None:
    """At the read-back, or while another field is asked; what answers the question needs no word."""
    if turn.talk in {"confirm", "correction"} and absorbed.draft.next is None:
        turn.say("utter_changed", what=what)
    elif turn.asked == f"field.{absorbed.draft.next}":
        turn.say("utter_taken_down", what=what)


def _labels(absorbed: Absorbed) -> list[str]:
    labels = {field.name: field.label for field in absorbed.draft.fields}
    return [labels[name] for name in absorbed.changed if name in labels]


def ask_after(turn: Turn, absorbed: Absorbed) -> None:
    """What to say once the draft has read the message."""
    if absorbed.wish == "later":
        turn.say("utter_goodbye_for_now")
        return
    if absorbed.wish == "wait" and not absorbed.away:
        take_your_time(turn, absorbed.draft)
        return
    if absorbed.away and not absorbed.understood:
        tell_unfinished(turn, absorbed.draft)
        return
    remark(turn, absorbed)
    if absorbed.line is not None:
        turn.say(LINES[absorbed.line])
    elif absorbed.wish == "edit" and absorbed.draft.done:
        ask_line(turn, absorbed.draft)
    elif absorbed.choices and absorbed.failures < OFFER_AFTER:
        turn.say("utter_which_unit", items=absorbed.choices)
    elif absorbed.failures >= OFFER_AFTER:
        turn.say("utter_offer_person")
    elif turn.purpose == "refuse" and absorbed.failures:
        ask_next(turn, absorbed.draft, explain=True)
    else:
        said_again = turn.purpose == "complaint" and turn.asked == "field.facts"
        if turn.asked and not absorbed.understood and not said_again:
            turn.say("utter_not_understood")
        ask_next(turn, absorbed.draft, explain=absorbed.failures >= EXPLAIN_AFTER)
