"""The open question: of the draft, of the check, of the survey; asked, and asked again after something in between."""

from actions import opinion
from actions.action import Turn
from actions.identity import ask_again
from casebackend.api.drafts import DraftView

EXPLAIN_AFTER = 2
OFFER_AFTER = 3
ASKED_AGAIN = {
    "supplement": "utter_supplement_again",
    "second": "utter_second_reason_again",
    "duplicate": "utter_like_again",
}
# by the names of bot/lexicon/choices.yml
WAYS_ON = ["go_on", "restart", "later"]
MENU = ["complaint", "progress", "urge", "person"]


def ask_next(turn: Turn, draft: DraftView, *, explain: bool = False) -> None:
    """The one question that is open in the draft: its next field, or the read-back of all of them."""
    if explain and draft.next is None:
        turn.say("utter_explain_confirm")
        return
    if opinion.is_opinion(draft.matter):
        opinion.ask_next(turn, draft, explain=explain)
        return
    if draft.next is None:
        values = {field.name.value: field.shown for field in draft.fields}
        more = "".join(f"\n{line.label}：{line.value}" for line in draft.lines)
        turn.say("utter_summary_money" if draft.about_money else "utter_summary", more=more, **values)
        return
    field = draft.next.value
    turn.say(f"utter_{'explain' if explain else 'ask'}_{field}", step=draft.done + 1, total=draft.total)


def take_your_time(turn: Turn, draft: DraftView) -> None:
    """Whoever wants to think first: what was asked stays open."""
    if turn.asked == "confirm" and draft.next is None:
        turn.say("utter_take_your_time_to_confirm")
        return
    turn.say("utter_take_your_time")
    if turn.asked == "correction":
        ask_line(turn, draft)
    else:
        ask_next(turn, draft)


def ask_line(turn: Turn, draft: DraftView) -> None:
    known = [field.label for field in draft.fields if field.name not in draft.missing]
    known += [line.label for line in draft.lines]
    turn.say(
        "utter_which_line", items=[*(f"change_line {label.removeprefix('您的')}" for label in known), "change_nothing"]
    )


def tell_unfinished(turn: Turn, draft: DraftView) -> None:
    """Whoever comes back is told what is there and asked whether to go on."""
    turn.say("utter_unfinished", done=draft.done, total=draft.total, items=WAYS_ON)


async def correct_later(turn: Turn) -> None:
    """Something should be put right while another question waits for its answer."""
    draft = await turn.backend.draft(turn.conversation)
    turn.say("utter_correct_later" if draft is None else "utter_correct_draft_later")


async def resume(turn: Turn) -> None:
    """The open question again, after something else was answered in between."""
    if turn.talk == "withdraw":
        turn.say("utter_repeat_withdraw")
    elif turn.talk == "identity":
        ask_again(turn)
    elif turn.talk in ASKED_AGAIN:
        turn.say(ASKED_AGAIN[turn.talk])
    elif turn.talk == "survey":
        turn.say(f"utter_survey_{(turn.asked or '').partition('.')[2]}")
    elif turn.asked and (draft := await turn.backend.draft(turn.conversation)):
        if draft.away:
            tell_unfinished(turn, draft)
        else:
            ask_next(turn, draft)
