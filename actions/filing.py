from actions import opinion, pickup
from actions.action import Turn, TurnAction, business
from actions.asking import ask_next
from actions.intake import absorb, go_on
from casebackend.api.client import Refused


class File(TurnAction):
    called = "action_file"

    async def answer(self, turn: Turn) -> None:
        try:
            receipt = await turn.backend.file_draft(turn.conversation, turn.message, key=turn.key(2))
        except Refused as refusal:
            if business(refusal).slug == "not-confirmed":
                await self._not_confirmed(turn, unread=bool(refusal.problem.get("unread")))
            else:
                await self._not_filed(turn)
            return
        if opinion.is_opinion(receipt.matter):
            opinion.tell_filed(turn, receipt)
            return
        day = receipt.promised_on
        values = {"number": receipt.number, "unit": receipt.unit, "month": day.month, "day": day.day}
        values |= {"hour": receipt.promised_hour}
        turn.say("utter_filed" if receipt.unit else "utter_filed_unit_open", **values)
        await pickup.tell(turn, receipt.number)
        if (by := receipt.contact_by) is not None:
            turn.say("utter_contact_later", month=by.month, day=by.day, time=f"{by:%H:%M}")
        turn.say("utter_after_filing")

    async def _not_confirmed(self, turn: Turn, *, unread: bool) -> None:
        """What stands in the way of the yes is put right; where it is not said, it is asked. `unread`: something was
        changed that the customer was not shown, so everything is read back."""
        absorbed = await absorb(turn)
        if absorbed is None:
            return
        put_right = absorbed.changed or absorbed.edited or absorbed.line is not None or absorbed.danger is not None
        if put_right or absorbed.draft.next is not None or absorbed.wish is not None or absorbed.noted:
            await go_on(turn, absorbed)
        elif unread:
            ask_next(turn, absorbed.draft)
        else:
            turn.say("utter_not_filed_yet")

    async def _not_filed(self, turn: Turn) -> None:
        draft = await turn.backend.draft(turn.conversation)
        if draft is None:
            turn.say("utter_nothing_to_file")
        elif draft.next:
            turn.say("utter_cannot_file")
            ask_next(turn, draft)
        else:
            turn.say("utter_filing_refused")
