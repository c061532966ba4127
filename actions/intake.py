from typing import Literal

from actions import contact, likeness, opinion
from actions.action import Turn, TurnAction, business
from actions.handoff import call_person
from actions.identity import ask_again
from casebackend.api.client import Refused
from casebackend.api.drafts import Absorbed, DraftView, Standing

EXPLAIN_AFTER = 2
OFFER_AFTER = 3


ASKED_AGAIN = {
    "supplement": "utter_supplement_again",
    "second": "utter_second_reason_again",
    "duplicate": "utter_like_again",
}
MAY_BE_A_LINE = frozenset({"affirm", "deny", "repeat"})
LINES = {
    "capacity": "utter_ask_line_capacity",
    "group": "utter_ask_line_group",
    "care": "utter_ask_line_care",
}
# by the names of bot/lexicon/choices.yml
WAYS_ON = ["go_on", "restart", "later"]
MENU = ["complaint", "progress", "urge", "person"]


def ask_next(turn: Turn, draft: DraftView, *, explain: bool = False) -> None:
    """The one question that is open in the draft: its next field, or the read-back of all of them."""
    if opinion.is_opinion(draft.matter):
        opinion.ask_next(turn, draft)
        return
    if draft.next is None:
        values = {field.name.value: field.value for field in draft.fields}
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


def _remark(turn: Turn, absorbed: Absorbed) -> None:
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
    elif turn.asked is None or absorbed.away:
        turn.say("utter_gone_on_with")
    elif labels := absorbed.edited or _labels(absorbed):
        _tell_changes(turn, absorbed, "、".join(labels))
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
    _remark(turn, absorbed)
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


async def go_on(turn: Turn, absorbed: Absorbed) -> None:
    """What follows once the draft has read the message; a complaint like one made before is shown first."""
    if not await likeness.shown(turn, absorbed):
        ask_after(turn, absorbed)


async def absorb(turn: Turn, matter: Literal["complaint", "suggestion", "praise"] = "complaint") -> Absorbed | None:
    """Reads the message into the draft; where that is refused it says so itself. `matter`: what it begins."""
    try:
        return await turn.backend.absorb(turn.conversation, turn.message, key=turn.key(), matter=matter)
    except Refused as refusal:
        if business(refusal).slug == "no-draft":
            turn.say("utter_menu", items=MENU)
        else:
            turn.say("utter_intake_refused")
        return None


async def read(turn: Turn, standing: Standing) -> None:
    """A message that was taken for something else. Whose life is in danger is not begun a form with."""
    if standing.danger == "life" and (standing.draft is None or standing.draft.state != "open"):
        await call_person(turn, "danger", key=turn.key(3))
    else:
        await Intake(turn.backend).answer(turn)


class Intake(TurnAction):
    called = "action_intake"

    async def answer(self, turn: Turn) -> None:
        if contact.wanted(turn) and await contact.change(turn):
            return
        if turn.asked is None and turn.purpose == "correct" and await self._filed(turn):
            turn.say("utter_correct_filed")
            return
        absorbed = await absorb(turn)
        if absorbed is None:
            return
        if absorbed.danger is not None:
            await call_person(turn, "danger", key=turn.key(3))
            turn.say("utter_form_later", items=WAYS_ON[:1])
        else:
            await go_on(turn, absorbed)

    async def _filed(self, turn: Turn) -> bool:
        """Nothing is being filled in, and there is a case: that is what should be put right."""
        if await turn.backend.draft(turn.conversation) is not None:
            return False
        try:
            progress = await turn.backend.progress(turn.conversation, turn.message, key=turn.key(2))
        except Refused as refusal:
            business(refusal)
            return False
        return bool(progress.cases)


class Change(TurnAction):
    """No to the read-back: what was said along with it is put right, else the line is asked."""

    called = "action_change"

    async def answer(self, turn: Turn) -> None:
        absorbed = await absorb(turn)
        if absorbed is None:
            return
        put_right = absorbed.changed or absorbed.edited or absorbed.line is not None
        if put_right or absorbed.draft.next is not None or absorbed.wish == "wait":
            await go_on(turn, absorbed)
        else:
            ask_line(turn, absorbed.draft)


async def put_aside(turn: Turn, *, key: str) -> None:
    try:
        await turn.backend.cancel_draft(turn.conversation, turn.message, key=key)
    except Refused as refusal:
        business(refusal)
        turn.say("utter_nothing_to_cancel")
        return
    turn.say("utter_cancelled", items=["resume", "complaint"])


class Cancel(TurnAction):
    called = "action_cancel"

    async def answer(self, turn: Turn) -> None:
        try:
            standing = await turn.backend.standing(turn.conversation, turn.message)
        except Refused as refusal:
            business(refusal)
            turn.say("utter_nothing_to_cancel")
            return
        is_open = standing.draft is not None and standing.draft.state == "open"
        if standing.danger is not None or (standing.draft is not None and standing.wish in {"restart", "go_on"}):
            await read(turn, standing)
        elif standing.wish == "later" and is_open:
            turn.say("utter_goodbye_for_now")
        elif standing.wish == "wait" and standing.draft is not None and is_open:
            take_your_time(turn, standing.draft)
        else:
            await put_aside(turn, key=turn.key())


class Resume(TurnAction):
    called = "action_resume"

    async def answer(self, turn: Turn) -> None:
        if turn.talk == "correction" and turn.purpose in MAY_BE_A_LINE and await self._put_right(turn):
            return
        if turn.purpose == "correct" and turn.talk == "withdraw":
            await correct_later(turn)
        before = len(turn.dispatcher.messages)
        await resume(turn)
        if len(turn.dispatcher.messages) == before:
            turn.say("utter_menu", items=MENU)

    async def _put_right(self, turn: Turn) -> bool:
        """What sounds like a yes or a no may be the answer to what should stand in a line."""
        absorbed = await absorb(turn)
        if absorbed is None:
            return True
        if absorbed.line is None and not absorbed.edited and not absorbed.changed:
            return False
        await go_on(turn, absorbed)
        return True
