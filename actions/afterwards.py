"""What a customer adds to a complaint already made, or finds wrong with its answer; what is no complaint at all."""

from typing import Literal

from actions import contact, details, likeness, pickup, returning
from actions.action import Turn, TurnAction, answered, told
from actions.asking import MENU, OFFER_AFTER, ask_next
from actions.identity import identify
from actions.intake import absorb, go_on
from casebackend.api.own import CaseBrief, LikenessChoice, SecondOutcome, SupplementOutcome

SECOND = {
    "reason": "utter_second_reason",
    "exists": "utter_second_exists",
    "not_possible": "utter_second_not_possible",
    "dropped": "utter_second_dropped",
}


async def _take_down(turn: Turn) -> None:
    """It goes into the complaint that is being filled in, or begins one."""
    absorbed = await absorb(turn)
    if absorbed is not None:
        await go_on(turn, absorbed)


class Supplement(TurnAction):
    called = "action_supplement"

    async def answer(self, turn: Turn) -> None:
        if contact.wanted(turn) and await contact.change(turn):
            return
        if await returning.gone_on(turn):
            return
        outcome = await answered(
            turn,
            turn.backend.supplement(turn.conversation, turn.message, key=turn.key(4)),
            refused="utter_supplement_none",
        )
        if outcome is None:
            return
        if outcome.outcome == "draft":
            await _take_down(turn)
        elif outcome.outcome in {"foreign", "unproved"}:
            await identify(turn, "supplement", here=outcome.outcome == "unproved")
        else:
            self._tell(turn, outcome)

    def _tell(self, turn: Turn, outcome: SupplementOutcome) -> None:
        if outcome.outcome == "choose":
            turn.say("utter_supplement_choose", items=[case.number for case in outcome.cases])
        elif outcome.case is None:
            turn.say("utter_supplement_none")
        else:
            closed = "utter_supplement_closed_second" if outcome.second_offered else "utter_supplement_closed"
            said = {"added": "utter_supplemented", "ask": "utter_supplement_what", "ended": "utter_supplement_ended"}
            turn.say(said.get(outcome.outcome, closed), number=outcome.case.number)


class Second(TurnAction):
    called = "action_second"

    async def answer(self, turn: Turn) -> None:
        if details.wanted_plainly(turn):
            await details.tell(turn)
            return
        if await returning.gone_on(turn):
            return
        outcome = await answered(
            turn,
            turn.backend.second_complaint(turn.conversation, turn.message, key=turn.key(5)),
            refused="utter_intake_refused",
        )
        if outcome is None:
            return
        if outcome.outcome == "none":
            await _take_down(turn)
        elif outcome.outcome in {"foreign", "unproved"}:
            await identify(turn, "second", here=outcome.outcome == "unproved")
        elif outcome.outcome == "choose":
            turn.say("utter_second_choose", items=[case.number for case in outcome.cases])
        elif outcome.case is not None:
            await self._tell(turn, outcome, outcome.case)

    async def _tell(self, turn: Turn, outcome: SecondOutcome, case: CaseBrief) -> None:
        if outcome.outcome == "open":
            turn.say(
                "utter_second_open", items=[f"supplement_it {case.number}", f"urge_it {case.number}"], **told(case)
            )
        elif outcome.outcome == "opened":
            dated = "utter_second_opened" if case.promised_on else "utter_second_opened_no_date"
            turn.say(dated, **told(case))
            await pickup.tell(turn, case.number)
            if outcome.review_days is not None:
                turn.say("utter_review_possible", days=outcome.review_days)
        else:
            turn.say(SECOND[outcome.outcome], **told(case))


class Opinion(TurnAction):
    called = "action_opinion"

    async def answer(self, turn: Turn) -> None:
        matter: Literal["suggestion", "praise"] = "praise" if turn.purpose == "praise" else "suggestion"
        draft = await turn.backend.draft(turn.conversation)
        unfinished = draft is not None and draft.matter == "complaint" and draft.fields
        if (
            draft is not None
            and unfinished
            and not (await turn.backend.standing(turn.conversation, turn.message)).plaint
        ):
            if draft.next is None:
                # To file it all the same, tapped after something else came in between
                await Duplicate(turn.backend).answer(turn)
                return
            turn.say("utter_opinion_later")
            ask_next(turn, draft)
            return
        absorbed = await absorb(turn, matter)
        if absorbed is not None:
            await go_on(turn, absorbed)


class Duplicate(TurnAction):
    called = "action_duplicate"

    async def answer(self, turn: Turn) -> None:
        choice = await answered(
            turn,
            turn.backend.choose_likeness(turn.conversation, turn.message, key=turn.key(6)),
            refused="utter_intake_refused",
        )
        if choice is None:
            return
        if choice.outcome in {"new", "none"}:
            await self._read_back(turn)
        elif choice.outcome == "unproved":
            await identify(turn, "join", here=True)
        elif choice.outcome == "choose":
            likeness.tell(turn, choice.cases)
        elif choice.outcome == "unclear" or choice.case is None:
            times = (await turn.backend.standing(turn.conversation, turn.message)).times
            turn.say("utter_offer_person" if times >= OFFER_AFTER else "utter_like_again")
        else:
            self._tell(turn, choice, choice.case)

    def _tell(self, turn: Turn, choice: LikenessChoice, case: CaseBrief) -> None:
        said = {"supplement": "utter_like_supplemented", "urge": "utter_like_urged", "closed": "utter_like_closed"}
        turn.say(said.get(choice.outcome, "utter_like_urged_before"), **told(case))

    async def _read_back(self, turn: Turn) -> None:
        draft = await turn.backend.draft(turn.conversation)
        if draft is None:
            turn.say("utter_menu", items=MENU)
        else:
            ask_next(turn, draft)
