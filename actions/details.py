"""What was registered and answered, in full: told after core banking has confirmed who asks."""

from actions.action import Turn, answered
from actions.identity import identify
from casebackend.drafts.reading_back import read_back
from casebackend.drafts.rules import Field

# One bubble holds at most 4,000 characters.
LONGEST_PART = 3_500


def wanted(turn: Turn) -> bool:
    return "details" in turn.mentions


def wanted_plainly(turn: Turn) -> bool:
    """Not somebody who is not content with the answer that he has read."""
    return "full_text" in turn.mentions and "discontent" not in turn.mentions


async def tell(turn: Turn) -> None:
    told = await answered(
        turn, turn.backend.details(turn.conversation, turn.message, key=turn.key(7)), refused="utter_progress_none"
    )
    if told is None:
        return
    if told.outcome == "level":
        await identify(turn, "details")
    elif told.outcome == "choose":
        turn.say("utter_details_choose", items=[case.number for case in told.cases])
    elif told.outcome == "none":
        turn.say("utter_progress_none")
    elif told.details is None:
        turn.say("utter_details_not_yours")
    else:
        given = told.details
        facts, demand = read_back(Field.FACTS, given.facts), read_back(Field.DEMAND, given.demand)
        turn.say("utter_details", number=told.number, facts=facts, demand=demand)
        if not given.reply:
            turn.say("utter_details_no_reply")
        for start in range(0, len(given.reply or ""), LONGEST_PART):
            turn.say("utter_details_reply", reply=(given.reply or "")[start : start + LONGEST_PART])
