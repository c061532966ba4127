from actions import details, pickup, returning
from actions.action import Turn, TurnAction, answered, told
from actions.afterwards import Duplicate
from actions.asking import resume
from actions.identity import identify
from actions.intake import read
from actions.leaving import put_aside
from casebackend.api.own import CaseBrief, UrgeOutcome, WithdrawOutcome
from casebackend.api.own import Progress as ProgressView

# talks about a draft that is not filed yet
IN_HAND = frozenset({"field", "confirm", "correction"})


def _tell(turn: Turn, case: CaseBrief) -> None:
    if case.promised_on is None:
        number = f"{case.number}（{case.unit}）" if case.unit is not None else case.number
        turn.say("utter_progress_case_no_date", **told(case) | {"number": number})
    elif case.unit is None:
        turn.say("utter_progress_case_unit_open", **told(case))
    else:
        turn.say("utter_progress_case", **told(case))


class Progress(TurnAction):
    called = "action_progress"

    async def answer(self, turn: Turn) -> None:
        if details.wanted(turn):
            await details.tell(turn)
            return
        if await returning.gone_on(turn):
            return
        progress = await answered(
            turn, turn.backend.progress(turn.conversation, turn.message, key=turn.key()), refused="utter_progress_none"
        )
        if progress is None:
            return
        for case in progress.cases:
            _tell(turn, case)
        await self._tell_more(turn, progress)
        if pickup.wanted(turn) and progress.cases:
            await pickup.tell(turn, progress.cases[0].number)
        if progress.foreign or progress.unproved:
            await identify(turn, "pickup" if pickup.wanted(turn) else "progress", here=progress.unproved)
            return
        if "elsewhere" in turn.mentions:
            await identify(turn, "progress", nothing=None if progress.cases else "utter_progress_none")
            return
        if not progress.cases:
            turn.say("utter_progress_not_yet" if turn.talk in IN_HAND else "utter_progress_none")
        await resume(turn)

    async def _tell_more(self, turn: Turn, progress: ProgressView) -> None:
        """By a choice where no question is asked again below: two lists cannot both be answered by number."""
        following = progress.first + len(progress.cases)
        count = progress.total - following + 1
        if count < 1 or not progress.cases:
            return
        asks = turn.asked is not None and (turn.asked != "field" or await turn.backend.draft(turn.conversation))
        items = [f"progress_more {following}"]
        if asks:
            turn.say("utter_progress_more_later", count=count, following=following)
        else:
            turn.say("utter_progress_more", count=count, items=items)


class Urge(TurnAction):
    called = "action_urge"

    async def answer(self, turn: Turn) -> None:
        if turn.talk == "duplicate":
            await Duplicate(turn.backend).answer(turn)
            return
        urged = await answered(
            turn, turn.backend.urge(turn.conversation, turn.message, key=turn.key()), refused="utter_urge_none"
        )
        if urged is None:
            return
        if urged.outcome in {"foreign", "unproved"}:
            await identify(turn, "urge", here=urged.outcome == "unproved")
            return
        self._tell(turn, urged)
        await resume(turn)

    def _tell(self, turn: Turn, urged: UrgeOutcome) -> None:
        if urged.outcome == "choose":
            turn.say("utter_urge_choose", items=[case.number for case in urged.cases])
        elif urged.case is None:
            turn.say("utter_urge_none")
        else:
            turn.say(URGED[urged.outcome, urged.second_offered], **told(urged.case))


URGED = {
    ("urged", False): "utter_urged",
    ("too_soon", False): "utter_urge_too_soon",
    ("closed", False): "utter_urge_closed",
    ("closed", True): "utter_urge_closed_second",
}
WITHDRAWN = {
    "confirm": "utter_withdraw_confirm",
    "withdrawn": "utter_withdrawn",
    "closed": "utter_withdraw_closed",
}


class Withdraw(TurnAction):
    called = "action_withdraw"

    async def answer(self, turn: Turn) -> None:
        if turn.talk == "withdraw" and turn.purpose == "deny" and await self._thinks(turn):
            turn.say("utter_take_your_time")
            turn.say("utter_repeat_withdraw")
            return
        if turn.talk != "withdraw" and await returning.gone_on(turn, only_with_one=False):
            return
        outcome = await answered(
            turn, turn.backend.withdraw(turn.conversation, turn.message, key=turn.key()), refused="utter_withdraw_none"
        )
        if outcome is None:
            return
        if outcome.outcome in {"foreign", "unproved"}:
            proxy = outcome.outcome == "unproved" and outcome.proxy
            await identify(turn, "proxy_withdraw" if proxy else "withdraw", here=outcome.outcome == "unproved")
        elif outcome.outcome == "level":
            await identify(turn, "proxy_withdraw")
        elif outcome.outcome == "none" and turn.talk in IN_HAND:
            # nothing was filed yet: what the customer wants to take back is the draft in hand
            await self._take_back_draft(turn)
        else:
            self._tell(turn, outcome)
        if outcome.outcome == "kept":
            await returning.gone_on(turn)

    async def _take_back_draft(self, turn: Turn) -> None:
        """Who wants a transfer withdrawn asks for something of the bank's and leaves the draft."""
        standing = await turn.backend.standing(turn.conversation, turn.message)
        if standing.keeps:
            await read(turn, standing)
        else:
            await put_aside(turn, key=turn.key(2))

    async def _thinks(self, turn: Turn) -> bool:
        """Whoever wants to think has not said no."""
        return (await turn.backend.standing(turn.conversation, turn.message)).wish == "wait"

    def _tell(self, turn: Turn, outcome: WithdrawOutcome) -> None:
        if outcome.outcome == "choose":
            turn.say("utter_withdraw_choose", items=[case.number for case in outcome.cases])
        elif outcome.outcome == "kept":
            turn.say("utter_withdraw_kept")
        elif outcome.outcome == "none" or outcome.case is None:
            turn.say("utter_withdraw_none")
        else:
            turn.say(WITHDRAWN[outcome.outcome], **told(outcome.case))
