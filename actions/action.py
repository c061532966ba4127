"""What every action has in common: who speaks in which turn, the backend, and words by the name of their response."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from casebackend.api.client import CaseBackend, Refused

NOT_OURS_TO_SAY = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Turn:
    """`asked`: the open question on the wire. `purpose`: what the message was taken for; `guesses`: what
    it may have been for, likeliest first."""

    action: str
    conversation: UUID
    message: UUID
    turn_id: str
    asked: str | None
    purpose: str | None
    backend: CaseBackend
    dispatcher: CollectingDispatcher
    guesses: tuple[str, ...] = ()
    text: str = ""

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
        turn = Turn(
            action=self.called,
            conversation=UUID(tracker.sender_id),
            message=UUID(latest["message_id"]),
            turn_id=latest["metadata"]["turn_id"],
            asked=latest["metadata"]["asked"],
            purpose=latest.get("intent", {}).get("name"),
            backend=self._backend,
            dispatcher=dispatcher,
            guesses=tuple(str(each.get("name")) for each in latest.get("intent_ranking") or ()),
            text=str(latest.get("text") or ""),
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
