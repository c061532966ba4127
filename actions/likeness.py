"""Before the read-back: a complaint like one that the same customer made not long ago (BD-12)."""

from collections.abc import Sequence

from actions.action import Turn
from casebackend.api import moments
from casebackend.api.drafts import Absorbed
from casebackend.api.own import CaseBrief

SHOWN = 3
ANEW = "anew"


async def found(turn: Turn, absorbed: Absorbed) -> Sequence[CaseBrief]:
    """The earlier ones to be shown, so that the choice is the open question then."""
    draft = absorbed.draft
    if draft.next is not None or draft.matter != "complaint" or draft.likeness_settled:
        return []
    if absorbed.wish in {"edit", "later"} or absorbed.line is not None:
        return []
    return (await turn.backend.likeness(turn.conversation, turn.message, key=turn.key(8))).cases


def tell(turn: Turn, cases: Sequence[CaseBrief]) -> None:
    for case in cases[:SHOWN]:
        if case.stage:
            turn.say("utter_like_case", number=case.number, stage=case.stage, next_step=case.next_step)
        else:
            day = moments.day(case.filed_at)
            turn.say("utter_like_case_bare", number=case.number, month=day.month, day=day.day)
    ways = [f"{way} {case.number}" for case in cases[:SHOWN] for way in ("supplement_it", "urge_it")]
    turn.say("utter_like", items=[*ways, ANEW])
