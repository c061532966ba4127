"""What every action has in common: who speaks in which turn, the backend, and words by the name of their response."""

from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from casebackend.api.client import CaseBackend, Refused
from casebackend.api.own import CaseBrief

NOT_OURS_TO_SAY = frozenset({401, 403})
# A purpose that is less likely than this says nothing of how the form should read the message.
SURE = 0.45
# Which of the best guesses is meant; nothing else is open then.
GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Turn:
    """`asked`: the open question on the wire. `purpose`: what the message was taken for, `sure`: it is no mere guess;
    `guesses`: what it may have been for, likeliest first; none for a message without words. `mentions`: what it asks
    for besides, by the names of bot/lexicon. `asked_back`: the customer was asked what is meant, and this is the answer
    to that."""

    action: str
    conversation: UUID
    message: UUID
    turn_id: str
    asked: str | None
    purpose: str | None
    backend: CaseBackend
    dispatcher: CollectingDispatcher
    guesses: tuple[str, ...] = ()
    mentions: frozenset[str] = frozenset()
    asked_back: bool = False
    sure: bool = True

    @property
    def talk(self) -> str:
        return (self.asked or "").split(".", 1)[0]

    def key(self, ordinal: int = 1) -> str:
        return f"{self.turn_id}:{self.action}:{ordinal}"

    def say(self, response: str, **values: object) -> None:
        self.dispatcher.utter_message(response=response, **values)


class TurnAction(Action):  # type: ignore[misc]
    called: ClassVar[str]

    def __init__(self, backend: CaseBackend) -> None:
        self._backend = backend

    def name(self) -> str:
        return self.called

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        latest = tracker.latest_message
        asked = latest["metadata"]["asked"]
        turn = Turn(
            action=self.called,
            conversation=UUID(tracker.sender_id),
            message=UUID(latest["message_id"]),
            turn_id=latest["metadata"]["turn_id"],
            asked=None if asked == GUESS else asked,
            purpose=latest.get("intent", {}).get("name"),
            backend=self._backend,
            dispatcher=dispatcher,
            guesses=tuple(str(each.get("name")) for each in latest.get("intent_ranking") or ()),
            mentions=frozenset(map(str, latest.get("mentions") or ())),
            asked_back=asked == GUESS,
            sure=float(latest.get("intent", {}).get("confidence", 1)) >= SURE,
        )
        await self.answer(turn)
        return []

    @abstractmethod
    async def answer(self, turn: Turn) -> None: ...


def business(refusal: Refused) -> Refused:
    """A refusal that concerns us, not the customer, is a failure of the turn."""
    if refusal.status in NOT_OURS_TO_SAY:
        raise refusal
    return refusal


async def answered[T](turn: Turn, asking: Awaitable[T], *, refused: str) -> T | None:
    """What the backend says; where it refuses, `refused` is said instead."""
    try:
        return await asking
    except Refused as refusal:
        business(refusal)
        turn.say(refused)
        return None


def told(case: CaseBrief) -> dict[str, object]:
    """Of a complaint, by the names of the words that tell it."""
    day = case.promised_on
    values: dict[str, object] = {"number": case.number, "stage": case.stage, "next_step": case.next_step}
    values |= {"unit": case.unit} if case.unit is not None else {}
    return values if day is None else values | {"month": day.month, "day": day.day, "hour": case.promised_hour}
