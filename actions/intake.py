from actions.action import Turn, TurnAction, business
from casebackend.api.client import Refused
from casebackend.api.drafts import Absorbed, DraftView

EXPLAIN_AFTER = 2
OFFER_AFTER = 3


def ask_next(turn: Turn, draft: DraftView, *, explain: bool = False) -> None:
    """The one question that is open in the draft: its next field, or the read-back of all of them."""
    if draft.next is None:
        values = {field.name.value: field.value for field in draft.fields}
        turn.say("utter_summary_money" if draft.about_money else "utter_summary", **values)
        return
    field, known = draft.next.value, len(draft.fields)
    total = known + len(draft.missing)
    turn.say(f"utter_{'explain' if explain else 'ask'}_{field}", step=min(known + 1, total), total=total)


async def resume(turn: Turn) -> None:
    """The open question again, after something else was answered in between."""
    if turn.talk == "withdraw":
        turn.say("utter_repeat_withdraw")
    elif turn.talk == "survey":
        turn.say(f"utter_survey_{(turn.asked or '').partition('.')[2]}")
    elif turn.asked and (draft := await turn.backend.draft(turn.conversation)):
        ask_next(turn, draft)


def _remark(turn: Turn, absorbed: Absorbed) -> None:
    """What was made of the message, before the next question."""
    if absorbed.media is not None:
        turn.say("utter_voice_unread" if absorbed.media == "voice" else "utter_media_kept")
    elif absorbed.started:
        turn.say("utter_soothe")
    elif turn.asked is None:
        turn.say("utter_gone_on_with")
    elif turn.talk in {"confirm", "correction"} and absorbed.changed and absorbed.draft.next is None:
        turn.say("utter_changed", what="、".join(_labels(absorbed)))


def _labels(absorbed: Absorbed) -> list[str]:
    labels = {field.name: field.label for field in absorbed.draft.fields}
    return [labels[name] for name in absorbed.changed if name in labels]


def ask_after(turn: Turn, absorbed: Absorbed) -> None:
    """What to say once the draft has read the message."""
    _remark(turn, absorbed)
    if absorbed.choices and absorbed.failures < OFFER_AFTER:
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


class Intake(TurnAction):
    called = "action_intake"

    async def answer(self, turn: Turn) -> None:
        if turn.asked is None and turn.purpose == "correct" and await self._filed(turn):
            turn.say("utter_correct_filed")
            return
        try:
            absorbed = await turn.backend.absorb(turn.conversation, turn.message, key=turn.key())
        except Refused as refusal:
            business(refusal)
            turn.say("utter_intake_refused")
            return
        ask_after(turn, absorbed)

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


class File(TurnAction):
    called = "action_file"

    async def answer(self, turn: Turn) -> None:
        try:
            receipt = await turn.backend.file_draft(turn.conversation, turn.message, key=turn.key())
        except Refused as refusal:
            business(refusal)
            await self._not_filed(turn)
            return
        day = receipt.promised_on
        values = {"number": receipt.number, "unit": receipt.unit, "month": day.month, "day": day.day}
        turn.say("utter_filed" if receipt.unit else "utter_filed_unit_open", **values)
        turn.say("utter_after_filing")

    async def _not_filed(self, turn: Turn) -> None:
        draft = await turn.backend.draft(turn.conversation)
        if draft is None:
            turn.say("utter_nothing_to_file")
        elif draft.next:
            turn.say("utter_cannot_file")
            ask_next(turn, draft)
        else:
            turn.say("utter_filing_refused")


async def put_aside(turn: Turn, *, key: str) -> None:
    try:
        await turn.backend.cancel_draft(turn.conversation, turn.message, key=key)
    except Refused as refusal:
        business(refusal)
        turn.say("utter_nothing_to_cancel")
        return
    turn.say("utter_cancelled")


class Cancel(TurnAction):
    called = "action_cancel"

    async def answer(self, turn: Turn) -> None:
        await put_aside(turn, key=turn.key())


class Resume(TurnAction):
    called = "action_resume"

    async def answer(self, turn: Turn) -> None:
        before = len(turn.dispatcher.messages)
        await resume(turn)
        if len(turn.dispatcher.messages) == before:
            turn.say("utter_menu")
