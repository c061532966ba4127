"""Where Rasa keeps quiet about a failure or does needless work, this says or does otherwise. `install` before start."""

from typing import Any, Dict, List, Optional

import rasa.core.actions.action
import rasa.core.agent
import rasa.core.processor
from rasa.core.actions.action import Action, RemoteAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.straight import Situation, StraightRunner, afresh, situation
from bot.tracker_store import NO_DECISION
from bot.words import mentioned

ACTION_SECONDS = 5
GUESSES, LEAST_GUESS = 6, 0.05


class TurnFailed(Exception):
    """The turn has no answer; nothing of it is stored, so it may be run again."""


class _Watched(Action):
    """Rasa logs a failing action and goes on as if it had run; this remembers the failure."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self.failure: Optional[Exception] = None

    def name(self) -> str:
        return self._action.name()

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> Any:
        return self._action.event_for_successful_execution(prediction)

    async def run(
        self, channel: OutputChannel, nlg: NaturalLanguageGenerator, tracker: DialogueStateTracker, domain: Domain
    ) -> List[Event]:
        try:
            return await self._action.run(channel, nlg, tracker, domain)
        except Exception as error:
            self.failure = error
            raise


class TurnProcessor(MessageProcessor):
    """Runs a message id once; a turn whose action failed or that said nothing is a failure, and is not saved."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._follows: Dict[Situation, PolicyPrediction] = {}

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        """The rules are asked once in each situation; there are as many as purposes, talks and steps of a turn."""
        now = situation(tracker)
        if now is None:
            return super()._predict_next_with_tracker(tracker)
        if now not in self._follows:
            self._follows[now] = super()._predict_next_with_tracker(tracker)
        return afresh(self._follows[now])

    async def handle_message(self, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        stored = await self.tracker_store.answers(message.sender_id, message.message_id)
        if stored is None:
            return await super().handle_message(message)
        judged = await self.tracker_store.judged(message.sender_id, message.message_id)
        if judged is not None and hasattr(message.output_channel, "decided"):
            message.output_channel.decided(*judged)
        for utterance in stored:
            await message.output_channel.send_response(message.sender_id, utterance)
        return None

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        watched = _Watched(action)
        _judged(tracker, output_channel, action.name())
        more = await super()._run_action(watched, tracker, output_channel, nlg, prediction)
        if watched.failure:
            raise TurnFailed(action.name()) from watched.failure
        return more

    async def save_tracker(self, tracker: DialogueStateTracker) -> None:
        if not _answered(tracker):
            raise TurnFailed("no answer")
        await super().save_tracker(tracker)


def _judged(tracker: DialogueStateTracker, channel: OutputChannel, action: str) -> None:
    """What the message was taken for goes back with the answer; the words stay where they are."""
    decided = getattr(channel, "decided", None)
    if decided is not None and tracker.latest_message is not None and action not in NO_DECISION:
        intent = tracker.latest_message.intent
        decided(intent.get("name"), intent.get("confidence"), action)


def _answered(tracker: DialogueStateTracker) -> bool:
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered):
            return bool(event.text)
        if isinstance(event, UserUttered):
            return False
    return False


def check_action_result(_: RemoteAction, result: Any) -> bool:
    """Instead of a JSON schema that is itself checked against its meta-schema at every call (38 % of all CPU)."""
    lists = [result.get("events", []), result.get("responses", [])] if isinstance(result, dict) else [None]
    if not all(isinstance(items, list) and all(isinstance(item, dict) for item in items) for items in lists):
        raise TurnFailed("malformed action result")
    return True


def short_action_call(action: RemoteAction, tracker: DialogueStateTracker, _: Domain) -> Dict[str, Any]:
    """What the last message was taken for is all an action looks at; Rasa would send the whole conversation and every
    response."""
    latest = tracker.latest_message
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "version": rasa.__version__,
        "domain": {},
        "tracker": {
            "sender_id": tracker.sender_id,
            "slots": {},
            "events": [],
            "paused": False,
            "latest_message": {
                "message_id": latest.message_id,
                "metadata": {name: latest.metadata[name] for name in ("asked", "turn_id")},
                "intent": {"name": latest.intent.get("name")},
                "intent_ranking": _guesses(latest),
                "mentions": mentioned(latest.text or ""),
            },
            "latest_input_channel": latest.input_channel,
        },
    }


def _guesses(latest: UserUttered) -> List[Dict[str, Any]]:
    """What a message that was not understood may have been for, likeliest first."""
    ranking = (latest.parse_data or {}).get("intent_ranking") or []
    return [{"name": each.get("name")} for each in ranking[:GUESSES] if each.get("confidence", 0) >= LEAST_GUESS]


def install() -> None:
    rasa.core.agent.MessageProcessor = TurnProcessor
    rasa.core.processor.DaskGraphRunner = StraightRunner
    rasa.core.agent.FailSafeTrackerStore = lambda store: store
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    RemoteAction._validate_action_result = check_action_result
    RemoteAction._action_call_format = short_action_call
