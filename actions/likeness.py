"""Before the read-back: a complaint like one that the same customer made not long ago (BD-12)."""

from collections.abc import Sequence

from actions.action import Turn
from casebackend.api import moments
from casebackend.api.drafts import Absorbed
from casebackend.api.own import CaseBrief

SHOWN = 3
ANEW = "anew"


async def shown(turn: Turn, absorbed: Absorbed) -> bool:
    """Whether earlier ones were shown, so that the choice is the open question now."""
    draft = absorbed.draft
    if draft.next is not None or draft.matter != "complaint" or draft.likeness_settled:
        return False
    if absorbed.wish == "edit" or absorbed.line is not None:
        return False
    found = await turn.backend.likeness(turn.conversation, turn.message, key=turn.key(8))
    if found.cases:
        tell(turn, found.cases)
    return bool(found.cases)


def tell(turn: Turn, cases: Sequence[CaseBrief]) -> None:
    for case in cases[:SHOWN]:
        if case.stage:
            turn.say("utter_like_case", number=case.number, stage=case.stage, next_step=case.next_step)
        else:
            day = moments.day(case.filed_at)
            turn.say("utter_like_case_bare", number=case.number, month=day.month, day=day.day)
    ways = [f"{way} {case.number}" for case in cases[:SHOWN] for way in ("supplement_it", "urge_it")]
    turn.say("utter_like", items=[*ways, ANEW])
