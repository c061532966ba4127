"""While the engine is away: more about a complaint already made, a second one, and one like an earlier one."""

from collections.abc import Sequence

from casebackend.api import moments
from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.drafts import DraftView
from casebackend.api.own import CaseBrief
from channels.envelope import Asked, Reply, Turn
from channels.identity import Identity
from channels.words.book import Words

SHOWN = 3
LIKE = {
    "supplement": "like.supplemented",
    "urge": "like.urged",
    "too_soon": "like.urged_before",
    "closed": "like.closed",
}


class Afterwards:
    """None: nothing is open that it could concern, so it belongs into the form."""

    def __init__(self, backend: CaseBackend, words: Words) -> None:
        self._backend = backend
        self._words = words
        self._identity = Identity(backend, words)

    async def supplement(self, turn: Turn) -> list[Reply] | None:
        key = f"{turn.id}:questionnaire_supplement:0"
        outcome = await self._backend.supplement(turn.conversation_id, turn.message_id, key=key)
        if outcome.outcome == "draft":
            return None
        if outcome.outcome in {"foreign", "unproved"}:
            return await self._identity.begin(turn, "supplement", here=outcome.outcome == "unproved")
        asks = Asked.SUPPLEMENT if outcome.outcome in {"added", "ask"} else None
        said = outcome.outcome + ("_second" if outcome.second_offered else "")
        return [self._said("supplement", said, outcome.case, outcome.cases, asks)]

    async def second(self, turn: Turn) -> list[Reply] | None:
        key = f"{turn.id}:questionnaire_second:0"
        outcome = await self._backend.second_complaint(turn.conversation_id, turn.message_id, key=key)
        if outcome.outcome == "none":
            return None
        if outcome.outcome in {"foreign", "unproved"}:
            return await self._identity.begin(turn, "second", here=outcome.outcome == "unproved")
        asks = Asked.SECOND if outcome.outcome == "reason" else None
        said = [self._said("second", outcome.outcome, outcome.case, outcome.cases, asks)]
        if outcome.outcome == "opened" and outcome.case is not None:
            said += await self.pickup(turn, outcome.case.number)
        if outcome.review_days is not None:
            said.append(self._words.say("second.review", {"days": outcome.review_days}))
        return said

    async def pickup(self, turn: Turn, number: str) -> list[Reply]:
        """The complaint is registered whatever becomes of this."""
        try:
            issued = await self._backend.pickup_code(turn.conversation_id, turn.message_id, number)
        except (Refused, BackendUnavailable):
            return []
        return [self._words.say("pickup", {"code": issued.code})] if issued.code else []

    def _said(
        self, action: str, outcome: str, case: CaseBrief | None, cases: Sequence[CaseBrief], asks: Asked | None
    ) -> Reply:
        choices = [self._words.phrase(f"{action}.this", {"number": each.number}) for each in cases[:12]]
        facts = {"number": case.number if case else ""}
        return self._words.say(f"{action}.{outcome}", facts, asks=asks, choices=choices)

    async def alike(self, turn: Turn, draft: DraftView) -> list[Reply]:
        """Shown before the read-back; empty when there is nothing to choose."""
        if draft.next is not None or draft.matter != "complaint" or draft.likeness_settled:
            return []
        key = f"{turn.id}:questionnaire_likeness:0"
        found = await self._backend.likeness(turn.conversation_id, turn.message_id, key=key)
        return self._like(found.cases) if found.cases else []

    async def choose(self, turn: Turn) -> list[Reply]:
        """Empty when the form goes on."""
        key = f"{turn.id}:questionnaire_choose:0"
        choice = await self._backend.choose_likeness(turn.conversation_id, turn.message_id, key=key)
        if choice.outcome in {"new", "none"}:
            return []
        if choice.outcome == "unproved":
            return await self._identity.begin(turn, "join", here=True)
        if choice.case is None:
            return self._like(choice.cases)
        asks = Asked.DUPLICATE if choice.outcome == "closed" else None
        return [self._words.say(LIKE[choice.outcome], {"number": choice.case.number}, asks=asks)]

    def _like(self, cases: Sequence[CaseBrief]) -> list[Reply]:
        ways = [
            self._words.phrase(f"{way}.this", {"number": case.number})
            for case in cases[:SHOWN]
            for way in ("supplement", "urge")
        ]
        lines = "\n".join(f"{case.number}：{case.stage or _day(case)}" for case in cases[:SHOWN])
        choices = [*ways, self._words.phrase("like.new")]
        return [self._words.say("like.shown", {"lines": lines}, asks=Asked.DUPLICATE, choices=choices)]


def _day(case: CaseBrief) -> str:
    """Of one that a code has to open first."""
    day = moments.day(case.filed_at)
    return f"{day.month} 月 {day.day} 日登记"
